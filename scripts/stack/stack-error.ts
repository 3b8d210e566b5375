import { OperatorError } from '../../settings/index.ts';

/** A service could not be brought up, or the stack is in another state than the command needs. */
export class StackError extends OperatorError {
  constructor(message: string, options: { next?: string; cause?: unknown; exitCode?: 1 | 2 } = {}) {
    super('STACK', message, options);
  }
}
