import { SparkConnectError } from '../errors.ts';

const FORGOTTEN: ReadonlySet<string | undefined> = new Set([
  'INVALID_HANDLE.OPERATION_ABANDONED',
  'INVALID_HANDLE.OPERATION_NOT_FOUND',
]);

/**
 * Whether the server has let go of an execution that nobody read for minutes, as where this machine slept or the line was down.
 * Of what a call waited for it tells nothing.
 */
export function wasForgotten(error: unknown): boolean {
  return error instanceof SparkConnectError && FORGOTTEN.has(error.errorClass);
}

/** Asks for something that does no harm when it is asked again, until the server has not forgotten the question. */
export async function askPersistently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!wasForgotten(error)) throw error;
    }
  }
}
