/** Milliseconds by a file's path, relative to the project's folder. */
export type FileMs = Readonly<Record<string, number>>;

/** How long a test file took in one of the runs. */
export interface FileTime {
  readonly run: string;
  /** Relative to the project's folder. */
  readonly file: string;
  readonly ms: number;
}

export function fileTimes(run: string, fileMs: FileMs): FileTime[] {
  return Object.entries(fileMs).map(([file, ms]) => ({ run, file, ms }));
}

/** A line for each of the slowest, and one for each run: where to look when all tests take too long. */
export function longest(times: readonly FileTime[], count = 12): string {
  const slowest = [...times].sort((one, other) => other.ms - one.ms).slice(0, count);
  const runs = new Map<string, number>();
  for (const { run, ms } of times) runs.set(run, (runs.get(run) ?? 0) + ms);
  return [
    ...slowest.map(({ run, file, ms }) => `${seconds(ms)}  ${file} (${run})`),
    ...[...runs].map(([run, ms]) => `${seconds(ms)}  all of ${run}`),
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(7)} s`;
}
