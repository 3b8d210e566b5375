/**
 * Which runs of the compaction count: pure, from what has been written down.
 *
 * A run copies some of the archive's files into directories of its own and is committed by its manifest, the last file
 * that it writes. Nothing is ever changed or renamed: manifests and removals are only added, each as one file, which is
 * there whole or not at all. What counts follows from them alone, so no crash and no second compaction at the same time
 * can make a row count twice or not at all.
 */

/** Rows of one day in one file of the archive, as a manifest tells. */
export interface SourceRows {
  readonly file: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly rows: bigint;
}

export interface ManifestRow extends SourceRows {
  readonly run: string;
}

/** A whole run that shall not count, or (with a date) a day of it that was deleted on purpose. */
export interface Removal {
  readonly run: string;
  readonly date: string | null;
}

/** A committed run that counts. */
export interface Run {
  readonly id: string;
  readonly sources: readonly SourceRows[];
  /** Its days that are still there, in order. */
  readonly dates: readonly string[];
}

export interface Ledger {
  /** In the order of their ids. */
  readonly runs: readonly Run[];
  /** The archive's files that need not be read any more: each belongs to one run that counts, even if its day was deleted. */
  readonly compactedFiles: ReadonlySet<string>;
}

/**
 * Decides which runs count. Two runs with a file in common exist only if two compactions worked at the same time; then the
 * one with the smaller id counts, and the files of the other are taken for not compacted.
 */
export function ledgerOf(manifest: readonly ManifestRow[], removals: readonly Removal[]): Ledger {
  const discarded = new Set(removals.flatMap(({ run, date }) => (date === null ? [run] : [])));
  const deleted = new Set(removals.map(({ run, date }) => `${run} ${date}`));
  const sourcesOf = new Map<string, SourceRows[]>();
  for (const { run, ...source } of manifest) {
    const sources = sourcesOf.get(run);
    if (sources) sources.push(source);
    else sourcesOf.set(run, [source]);
  }
  const compactedFiles = new Set<string>();
  const runs: Run[] = [];
  for (const id of [...sourcesOf.keys()].sort()) {
    const sources = sourcesOf.get(id) ?? [];
    if (discarded.has(id) || sources.some(({ file }) => compactedFiles.has(file))) continue;
    for (const { file } of sources) compactedFiles.add(file);
    const dates = [...new Set(sources.map(({ date }) => date))].filter((date) => !deleted.has(`${id} ${date}`));
    runs.push({ id, sources, dates: dates.sort() });
  }
  return { runs, compactedFiles };
}

/** Where a run keeps its rows of a day. */
export interface RunDay {
  readonly run: string;
  readonly date: string;
}

export function runDays({ runs }: Ledger): RunDay[] {
  return runs.flatMap(({ id, dates }) => dates.map((date) => ({ run: id, date })));
}

/** Sorted by time, and never the same twice. */
export function newRunId(now: Date, random: string): string {
  return `r${now.toISOString().replaceAll(/[-:.]/g, '')}-${random}`;
}
