import { SparkSession } from '@instant-health/spark-connect';
import { type Environment, type Logger, maskRemote } from '../settings/index.ts';
import type { Job } from './job.ts';
import { SESSION_CONF } from './job-session.ts';
import { paceOf } from './pace.ts';
import { requireSupportedSpark } from './spark-version.ts';
import type { SubmitOptions } from './submit-options.ts';
import type { SparkServer } from './targets/spark-server.ts';

interface DryRun {
  readonly server: SparkServer;
  readonly environment: Environment;
  readonly options: SubmitOptions;
  readonly log: Logger;
  readonly print: (line: string) => void;
}

/** Shows what a submission would do: its configuration with secrets masked, and Spark's own plan of each query. */
export async function dryRun(
  jobs: readonly Job[],
  { server, environment, options, log, print }: DryRun,
): Promise<void> {
  // A session of its own: the job's may be running.
  const spark = await SparkSession.builder().remote(server.remote).connection(server.connection).create();
  try {
    await requireSupportedSpark(spark);
    const sparkConf = { ...SESSION_CONF, ...options.sparkConf };
    await spark.conf.setAll(sparkConf);
    for (const job of jobs) {
      const configuration = { SPARK_REMOTE: maskRemote(server.remote), ...job.describe(environment), ...sparkConf };
      const prepared = await job.prepare({
        spark,
        environment,
        log,
        triggerInterval: options.trigger,
        pace: paceOf(server),
        report: () => {},
      });
      try {
        const plans: Record<string, string> = {};
        for (const query of prepared.queries) {
          for (const [part, frame] of Object.entries(query.plans))
            plans[`${query.name} (${part})`] = await frame.explainString('formatted');
        }
        if (options.json) print(JSON.stringify({ job: job.name, configuration, plans }));
        else printForPeople(job, configuration, plans, print);
      } finally {
        await prepared.close();
      }
    }
  } finally {
    await spark.stop();
  }
}

function printForPeople(
  job: Job,
  configuration: Readonly<Record<string, string>>,
  plans: Readonly<Record<string, string>>,
  print: (line: string) => void,
): void {
  print(`${job.name}: ${job.description}`);
  const width = Math.max(...Object.keys(configuration).map((key) => key.length));
  for (const [key, value] of Object.entries(configuration)) print(`  ${key.padEnd(width)}  ${value}`);
  for (const [name, plan] of Object.entries(plans)) print(`\n${name}\n${plan.trimEnd()}`);
  print('');
}
