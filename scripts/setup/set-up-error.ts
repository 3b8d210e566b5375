/** A set-up step failed for a reason that the person at the keyboard can mend; `next` says how. */
export class SetUpError extends Error {
  override readonly name = 'SetUpError';
  readonly next: string | undefined;

  constructor(message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.next = options.next;
  }
}
