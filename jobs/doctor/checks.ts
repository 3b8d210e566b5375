import { type Environment, type Logger, settingOf, withCloudSettings } from '../../settings/index.ts';
import { explainFailure } from '../failures.ts';
import type { Target } from '../targets/target.ts';
import type { Check } from './check.ts';
import { clusterChecks } from './cluster-checks.ts';
import { databaseChecks } from './database-checks.ts';
import { kafkaChecks } from './kafka-checks.ts';
import { mailChecks } from './mail-checks.ts';
import { pythonChecks } from './python-checks.ts';
import { sparkChecks } from './spark-checks.ts';

const LEFT_TO_AWS = ['DATABASE_RDS', 'DATABASE_SECRET', 'SMTP_SECRET', 'KAFKA_SECRET'] as const;
const AWS_LIMIT_MS = 60_000;

interface Surroundings {
  /** As the options and the environment have it; what AWS knows is asked for by a check. */
  readonly environment: Environment;
  /** Throws where nothing names a target. */
  target(): Target;
  /** `--via topic`: alerts go without Python and foreachBatch. */
  readonly viaTopic: boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Every link of the system, in the order in which a person would look at them. */
export function allChecks({ environment: named, target, viaTopic, log, signal }: Surroundings): {
  readonly checks: readonly Check[];
  close(): Promise<void>;
} {
  let environment = named;
  const current = () => environment;
  const asked = LEFT_TO_AWS.filter((variable) => settingOf(named, variable) !== undefined);
  const cloud: readonly Check[] =
    asked.length === 0
      ? []
      : [
          {
            link: 'aws',
            from: 'here',
            what: 'settings',
            after: [],
            limitMs: AWS_LIMIT_MS,
            next: `Check ${asked.join(', ')} and AWS_REGION.`,
            run: async () => {
              environment = await withCloudSettings(named);
              return `${asked.join(', ')} found`;
            },
          },
        ];
  const database = databaseChecks(current, cloud);
  const kafka = kafkaChecks({ environment: current, after: cloud, log, viaTopic });
  const mail = mailChecks(current, cloud);
  const spark = sparkChecks({ target, environment: current, after: cloud, log, signal });
  const explained = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      const { topic, brokers } = kafka.found();
      throw explainFailure(error, { remote: await spark.remote(), topic, brokers: brokers.join(',') });
    }
  };
  const python = pythonChecks({ spark, kafka, database, mail, viaTopic, explained });
  const { kafkaLine } = python;
  return {
    checks: [
      ...cloud,
      ...database.checks,
      ...kafka.checks,
      ...mail.checks,
      ...spark.checks,
      ...python.checks,
      ...clusterChecks({ spark, kafka, kafkaLine, environment: current, after: cloud, explained }),
    ],
    close: async () => {
      const endings = await Promise.allSettled([database, kafka, mail, spark].map((part) => part.close()));
      for (const ending of endings) {
        if (ending.status === 'rejected') log.warn({ err: ending.reason }, 'a connection was not closed in good order');
      }
    },
  };
}
