/** 1: what was asked for failed. 2: it was never tried, because usage or configuration is wrong. */
export type FailureExitCode = 1 | 2;

/** What an {@link OperatorError} carries beside its line of text. */
export interface OperatorErrorOptions {
  /** Process exit code; 1 by default. */
  readonly exitCode?: FailureExitCode;
  /** What to do next, as a sentence of its own: a command to run or a variable to set. */
  readonly next?: string;
  /** The error of the library that led to this one. */
  readonly cause?: unknown;
}

/**
 * A failure that the person at the terminal can mend. Its message is one line that names the thing and the
 * setting, so it is printed without a stack. Anything else that is thrown is a defect of ours.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** Stable and meant for programs, e.g. `DATABASE_UNREACHABLE`. */
  readonly code: string;
  readonly exitCode: FailureExitCode;
  readonly next: string | undefined;

  constructor(code: string, message: string, options: OperatorErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
    this.next = options.next;
  }
}

/** The text of anything that can be thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return text.replace(/\s+/g, ' ').trim();
}

/** The `code` of a system or driver error (`ECONNREFUSED`, `ER_BAD_DB_ERROR`), or an empty string. */
export function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
