import type { Environment } from '../settings/index.ts';
import { eventLine } from './query-progress.ts';
import type { StartOptions } from './running-job.ts';
import type { SubmitOptions, SubmitSurroundings } from './submit-options.ts';
import type { SparkServer } from './targets/spark-server.ts';

/** What the command line says about how a job is started. */
export function startOptions(
  environment: Environment,
  server: SparkServer,
  options: SubmitOptions,
  { log, print, signal }: SubmitSurroundings,
): StartOptions {
  return {
    server,
    signal,
    environment,
    log,
    sparkConf: options.sparkConf,
    triggerInterval: options.trigger,
    replace: options.replace ?? false,
    report: (event) => print(options.json ? JSON.stringify(event) : eventLine(event)),
  };
}
