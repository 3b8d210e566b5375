import { readFileSync } from 'node:fs';
import type { SparkSession } from '@instant-health/spark-connect';
import { rdsAuthorities } from '../../database/rds-authorities.ts';
import {
  type DatabaseSettings,
  type KafkaSettings,
  messageOf,
  OperatorError,
  type SmtpSettings,
} from '../../settings/index.ts';
import { Attempt } from './attempt.ts';
import { type Check, NotChecked, type ServiceChecks } from './check.ts';
import { INSTALL, type ProbeAnswer, type ProbedLine, probeCluster } from './cluster-probe.ts';
import { addressOf } from './line.ts';
import type { SparkChecks } from './spark-checks.ts';

// A node's first start of Python reads hundreds of files, and Spark gives it three tries of ten seconds.
const LIMIT_MS = 90_000;
const from = 'cluster';

interface Parts {
  readonly spark: SparkChecks;
  readonly kafka: ServiceChecks<KafkaSettings>;
  readonly database: ServiceChecks<DatabaseSettings>;
  readonly mail: ServiceChecks<SmtpSettings>;
  readonly viaTopic: boolean;
  explained<T>(act: () => Promise<T>): Promise<T>;
}

/** What only Python can tell: itself, its packages, a batch handed here, and what a node reaches by name, port and TLS. */
export function pythonChecks(parts: Parts): { readonly checks: readonly Check[]; readonly kafkaLine: Check } {
  const { spark, viaTopic, explained } = parts;
  const probe = new Attempt(() =>
    explained(async () => probeCluster(await spark.session(), linesOf(parts), AbortSignal.timeout(LIMIT_MS))),
  );
  // What is not needed cannot be a failure.
  const unlessViaTopic = async (look: () => Promise<string>) => {
    try {
      return await look();
    } catch (error) {
      throw viaTopic ? new NotChecked(`${messageOf(error)}; --via topic does without`) : error;
    }
  };
  const common = { link: 'python', from, limitMs: LIMIT_MS } as const;
  const version: Check = {
    ...common,
    what: 'version',
    after: [spark.login],
    next: 'PYSPARK_PYTHON names the Python on the nodes; the log of the Spark server tells more.',
    run: () =>
      unlessViaTopic(async () => {
        const { python, node } = await probe.get();
        return `${python} on ${node}`;
      }),
  };
  const packages: Check = {
    ...common,
    what: 'packages',
    after: [version],
    next: `On the nodes, in the Python that PYSPARK_PYTHON names: ${INSTALL}`,
    run: () =>
      unlessViaTopic(async () => {
        const { python, node, missing } = await probe.get();
        if (missing.length === 0) return 'all that Spark Connect needs';
        throw new OperatorError('PYTHON_PACKAGES', `Python ${python} on ${node} lacks ${missing.join(', ')}`);
      }),
  };
  const foreachBatch: Check = {
    ...common,
    what: 'foreachBatch',
    after: [packages],
    next: 'The log of the Spark server tells more; `vital-alerts --via topic` does without.',
    run: async (signal) => {
      if (viaTopic) throw new NotChecked('--via topic does without');
      return explained(async () => handBatch(await spark.session(), signal));
    },
  };
  const line = ({ settings }: { readonly settings: Check }) => lineCheck(settings, version, probe);
  const kafkaLine = line(parts.kafka);
  return { checks: [version, packages, foreachBatch, kafkaLine, line(parts.database), line(parts.mail)], kafkaLine };
}

/** A query of one batch, handed to this process and answered by it, as `vital-alerts` needs it. */
async function handBatch(spark: SparkSession, signal: AbortSignal): Promise<string> {
  let handed = 0;
  const query = await spark.readStream
    .format('rate')
    .load()
    .writeStream.trigger({ availableNow: true })
    .foreachBatch(async () => {
      handed++;
    })
    .start();
  const stop = () => void query.stop().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await query.awaitTermination();
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (handed > 0) return 'a batch was handed to this process';
  throw new OperatorError('NO_BATCH', 'the query ended without handing over a batch');
}

function lineCheck(settings: Check, version: Check, probe: Attempt<ProbeAnswer>): Check {
  const { link } = settings;
  return {
    link,
    from,
    what: 'line',
    after: [version, settings],
    limitMs: LIMIT_MS,
    next: '',
    run: async () => {
      const { lines, node } = await probe.get();
      const line = lines[link];
      if (line === undefined) throw new Error(`the probe was not asked for ${link}`);
      if ('found' in line) return line.found;
      throw new OperatorError(
        'CLUSTER_LINE',
        `${node} does not get through to ${line.at} (${line.stage}): ${line.said}`,
        {
          next: ADVICE[line.stage],
        },
      );
    },
  };
}

const ADVICE = {
  dns: "The name must be known to the cluster's name server as well.",
  port: "Let the nodes in: the service's security group must admit the cluster's; 127.0.0.1 is another machine there.",
  tls: 'The certificate must be signed by the authority that the settings name.',
} as const;

function linesOf({ kafka, database, mail }: Pick<Parts, 'kafka' | 'database' | 'mail'>): readonly ProbedLine[] {
  return [
    holding(() => {
      const { brokers, signIn } = kafka.found();
      return {
        id: 'kafka',
        addresses: brokers.map(addressOf),
        tls: signIn.tls === 'required' ? 'at once' : undefined,
        ca: pem(signIn.caFile),
      };
    }),
    holding(() => {
      const { host, port, tls, caFile } = database.found();
      return {
        id: 'database',
        addresses: [{ host, port }],
        tls: tls === 'required' ? 'mysql' : undefined,
        ca: caFile === 'rds' ? rdsAuthorities().join('\n') : pem(caFile),
      };
    }),
    holding(() => {
      const { host, port, tls, caFile } = mail.found();
      return {
        id: 'mail',
        addresses: [{ host, port }],
        tls: tls === 'off' ? undefined : port === 465 ? 'at once' : 'smtp',
        ca: pem(caFile),
      };
    }),
  ].filter((line) => line !== undefined);
}

/** What is wrong with settings, or the file that they name, is told by the checks from here. */
function holding(line: () => ProbedLine): ProbedLine | undefined {
  try {
    return line();
  } catch {
    return undefined;
  }
}

function pem(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}
