import { InvalidArgumentError, Option } from 'commander';
import { command, createLogger, runCommand } from '../settings/index.ts';
import { portOption } from './health/port-option.ts';
import { submit } from './submission.ts';
import type { SubmitOptions } from './submit-options.ts';
import { addTargetOptions } from './targets/command-options.ts';

/** `npm run submit`: the door to {@link submit}. */
await runCommand(async (signal) => {
  const program = command('submit', 'Runs jobs on a Spark Connect server and follows them.')
    .argument('[jobs...]', 'names of jobs; --list shows them')
    .option('--list', 'list the jobs and end');
  addTargetOptions(program)
    .option('--spark-conf <key=value>', 'a setting of the Spark session; may be given several times', collect, {})
    .option(
      '--trigger <interval>',
      "how often queries look for data, e.g. '10 seconds' (default: each job's own)",
      interval,
    )
    .option('--dry-run', 'show the resolved configuration and the plan of each query, and start nothing')
    .option('--detach', 'leave the queries running and end; for jobs without a TypeScript handler, and for --via topic')
    .addOption(
      new Option(
        '--via <way>',
        'vital-alerts: how readings reach the alerts. foreachBatch: this process; topic: Kafka, and `npm run alerts -- run` (default: foreachBatch where the server can)',
      ).choices(['foreachBatch', 'topic']),
    )
    .option('--real-time', 'vital-alerts --via topic, with each reading as it comes instead of in batches; Spark 4.2')
    .option('--replace', 'stop a running submission of the same job and take its place')
    .option('--standby', 'vital-alerts: wait while another process leads, and take over when it dies or freezes')
    .option(
      '--older-than <days>',
      'compact-vitals: show compacted days older than that, e.g. 90d; deletes them with --yes',
    )
    .option('--yes', 'delete what --older-than shows')
    .option('--rds <name>', 'RDS instance or cluster with the limits and alerts (default: DATABASE_RDS)')
    .option('--health-port <port>', 'answer GET /health on this port of this machine, for a supervisor', portOption)
    .option('--health-max-batch-age <duration>', 'unhealthy when the last batch is older; for topics that never rest')
    .option('--json', 'one JSON object a line, for machines')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted.');
  program.parse(process.argv);
  const options = program.opts<SubmitOptions>();
  await submit(program.args, options, {
    signal,
    log: createLogger({ name: 'submit', json: options.json ?? false }),
    print: console.log,
  });
});

function collect(pair: string, previous: Record<string, string>): Record<string, string> {
  const separator = pair.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('It has the form key=value.');
  return { ...previous, [pair.slice(0, separator)]: pair.slice(separator + 1) };
}

/** Spark's interval text, checked here: Spark would find fault with it only after everything else. */
function interval(text: string): string {
  if (/^\d+ (?:milli|micro)?seconds?$|^\d+ (?:minute|hour)s?$/.test(text)) return text;
  throw new InvalidArgumentError("It is a number and a unit, e.g. '500 milliseconds', '10 seconds' or '1 minute'.");
}
