import { stripVTControlCharacters } from 'node:util';

/** A test or a hook that failed. */
export interface Failure {
  /** With the names of its suites. */
  readonly title: string;
  readonly message: string;
}

/** A failure, and the run of mocha that it belongs to. */
export interface FailureOfRun extends Failure {
  readonly run: string;
}

/** Long enough for what a command told before it was given up, short enough that many fit into the end of a log. */
const MOST_CHARACTERS = 3_000;

/**
 * All failures once more, for the end of the output: where runs go side by side mocha's own lists are far above it, and
 * what keeps a log often keeps its end only.
 */
export function failureList(failures: readonly FailureOfRun[]): string {
  return failures
    .map(({ run, title, message }) => `  ${title} (${run})\n${indented(clipped(stripVTControlCharacters(message)))}`)
    .join('\n\n');
}

/** The beginning says what went wrong, the end what was told last. */
function clipped(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const half = MOST_CHARACTERS / 2;
  return `${text.slice(0, half)}\n[${text.length - MOST_CHARACTERS} characters]\n${text.slice(-half)}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}
