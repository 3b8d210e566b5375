import type { Environment } from '../settings/index.ts';
import { eventLine } from './query-progress.ts';
import type { StartOptions } from './running-job.ts';
import type { SubmitOptions, SubmitSurroundings } from './submit-options.ts';

/** What the command line says about how a job is started. */
export function startOptions(
  environment: Environment,
  remote: string,
  options: SubmitOptions,
  { log, print, signal }: SubmitSurroundings,
): StartOptions {
  return {
    remote,
    signal,
    environment,
    log,
    sparkConf: options.sparkConf,
    triggerInterval: options.trigger,
    replace: options.replace ?? false,
    report: (event) => print(options.json ? JSON.stringify(event) : eventLine(event)),
  };
}
