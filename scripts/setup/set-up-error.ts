import { OperatorError } from '../../settings/index.ts';

/** A set-up step failed for a reason that the person at the keyboard can mend; `next` says how. */
export class SetUpError extends OperatorError {
  constructor(message: string, options: { next?: string; cause?: unknown } = {}) {
    super('SET_UP_FAILED', message, options);
  }
}
