import { OperatorError } from '../../settings/index.ts';

/** The operator's error that `act` throws; anything else that it throws comes through. */
export function operatorFailure(act: () => unknown): OperatorError {
  try {
    act();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
