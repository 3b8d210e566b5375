// npm run stack -- up|down|status|logs
import { InvalidArgumentError, Option } from 'commander';
import { command, runCommand } from '../../settings/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { SPARK_OPTION, sparkVersionsOf } from '../spark-option.ts';
import { restartService, stackDown, stackUp } from './index.ts';
import { JITS } from './java-flags.ts';
import { stackLayout } from './layout.ts';
import { showLogs } from './logs.ts';
import { ONLY_OPTION } from './only-option.ts';
import { stackStatus, statusTable } from './status.ts';

await runCommand(async (signal) => {
  const progress = lineProgress();
  let exitCode = 0;
  const program = command('stack', 'the local stack: MariaDB, Kafka, HDFS, Spark Connect and a mail catcher');
  program.addHelpText('after', '\nSTACK=native (default), docker or external chooses how the services are provided.');

  program
    .command('up')
    .description('starts what is missing and waits until everything answers')
    .addOption(SPARK_OPTION)
    .addOption(ONLY_OPTION)
    .addOption(
      new Option('--jit <how>', "Spark's JVM: quick to warm up (default), or full, for hours of work").choices(JITS),
    )
    .option('--yarn', 'Spark on YARN: a ResourceManager, and a NodeManager that runs the executors')
    .action(async (options) => {
      const { only, jit, yarn: withYarn = false } = options;
      await stackUp({ sparks: sparkVersionsOf(options), only, jit, withYarn, progress, signal });
      console.log(statusTable(await stackStatus(stackLayout(), signal)));
    });

  program
    .command('down')
    .description('stops everything; data stays')
    .option('--wipe', 'removes data, logs and passwords as well')
    .action(async (options) => {
      const stopped = await stackDown({ wipe: options.wipe === true, progress, signal });
      const data = options.wipe ? ', its data is removed' : '';
      console.log(`${stopped === 0 ? 'No stack was up' : 'The stack is down'}${data}.`);
    });

  program
    .command('status')
    .description('asks every service whether it answers')
    .option('--json', 'prints JSON')
    .action(async (options) => {
      const status = await stackStatus(stackLayout(), signal);
      console.log(options.json ? JSON.stringify(status, null, 2) : statusTable(status));
      const healthy = status.mode !== undefined && status.services.every((service) => service.status === 'ready');
      exitCode = healthy ? 0 : 1;
    });

  program
    .command('restart <service>')
    .description('ends one service and starts it again, on the same ports and with its data')
    .option('--kill', 'with SIGKILL, as a crash would')
    .action(async (service, options) => {
      await restartService(service, options.kill ? 'SIGKILL' : 'SIGTERM', { progress, signal });
    });

  program
    .command('logs [service]')
    .description("shows the end of every service's log, or of one")
    .option('-n, --lines <count>', 'lines of each', wholeNumber, 20)
    .option('-f, --follow', 'stays and shows new lines')
    .action(async (service, options) => {
      await showLogs(stackLayout(), { service, lines: options.lines, follow: options.follow === true, signal });
    });

  await program.parseAsync();
  return exitCode;
});

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}
