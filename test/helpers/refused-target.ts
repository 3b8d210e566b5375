import { expect } from 'chai';
import { openTarget } from '../../jobs/targets/open-target.ts';
import { type Target, type TargetOptions, targetOf } from '../../jobs/targets/target.ts';
import { type Logger, OperatorError } from '../../settings/index.ts';
import { setProcessEnvironment } from './process-environment.ts';

const LIMIT_MS = 120_000;

/**
 * Opens a target that must be refused, in this process, as `submit` does.
 *
 * @param environment becomes that of this process meanwhile: AWS's SDK reads it
 * @returns exit code, message, and next step, as one line
 */
export async function refusedTarget(
  options: TargetOptions,
  environment: Readonly<Record<string, string>>,
  log: Logger,
): Promise<string> {
  const restore = setProcessEnvironment(environment);
  try {
    const target: Target = targetOf(options, environment);
    const open = await openTarget(target, { environment, log, signal: AbortSignal.timeout(LIMIT_MS) });
    await open.close({ keepsSession: false });
  } catch (error) {
    // Anything else would be shown with its stack.
    if (!(error instanceof OperatorError)) throw error;
    const { exitCode, message, next } = error;
    expect(message).to.match(/^[^\n]+$/);
    expect(next, 'the next step').to.match(/^[A-Z`].*\.$/);
    return `${exitCode} ${message} → ${next}`;
  } finally {
    restore();
  }
  throw new Error('it was opened');
}
