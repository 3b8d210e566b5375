import type { Command } from 'commander';
import { command, createLogger, loadEnvironment, withCloudSettings } from '../../settings/index.ts';
import { progressLine } from '../alert-topic/progress-lines.ts';
import { runAlerts } from '../alert-topic/run.ts';
import { portOption } from '../health/port-option.ts';
import { withHealth } from '../health/with-health.ts';

interface Options {
  readonly standby?: boolean;
  readonly json?: boolean;
  readonly healthPort?: number;
  readonly healthMaxBatchAge?: string;
}

/** `run`: episodes and mails of what `vital-alerts --via topic` writes, until it is interrupted. */
export function runCommandOf(signal: AbortSignal): Command {
  return command(
    'run',
    "Makes episodes and mails of what `submit vital-alerts --via topic` writes to the alerts' topic.",
  )
    .option('--standby', 'wait while another process does it, and take over when it dies or freezes')
    .option('--health-port <port>', 'answer GET /health on this port of this machine, for a supervisor', portOption)
    .option('--health-max-batch-age <duration>', 'unhealthy when the last batch is older; for topics that never rest')
    .option('--json', 'one JSON object a line, for machines')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted.')
    .action(async (options: Options) => {
      const log = createLogger({ name: 'alerts', json: options.json ?? false });
      const environment = await withCloudSettings(loadEnvironment());
      await withHealth(options, log, (health) =>
        runAlerts({
          environment,
          standby: options.standby ?? false,
          tell: (progress) => console.log(options.json ? JSON.stringify(progress) : progressLine(progress)),
          log,
          signal,
          health,
        }),
      );
    });
}
