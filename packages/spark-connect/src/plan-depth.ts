/** Plans are walked by recursion: one that is nested too deeply for the stack is told as such, and not as Node's RangeError. */
import { SparkConnectError } from './errors.ts';

/**
 * Does what walks a plan.
 *
 * @throws SparkConnectError `invalid-argument` where the plan is nested too deeply
 */
export function walkPlan<T>(walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    if (error instanceof Error && error.message.includes(STACK_OVERFLOW)) {
      throw new SparkConnectError('invalid-argument', NESTED_TOO_DEEPLY, { cause: error });
    }
    throw error;
  }
}

/** V8's words, which the protobuf runtime may put into an error of its own. */
export const STACK_OVERFLOW = 'Maximum call stack size exceeded';

export const NESTED_TOO_DEEPLY =
  'the plan is nested too deeply: checkpoint it on its way, or add columns by one withColumns instead of many withColumn';
