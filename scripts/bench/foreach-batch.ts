import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SparkSession } from '@instant-health/spark-connect';
import { z } from 'zod';
import { SESSION_CONF } from '../../jobs/job-session.ts';
import { loadEnvironment, OperatorError, sparkSettings, storageSettings } from '../../settings/index.ts';
import type { BenchContext, Benchmark, BenchResult } from './bench.ts';
import { BenchProcess } from './child-process.ts';
import { removeFolder } from './hdfs.ts';
import { type PeerPython, peerProgram, providePeerPython } from './peer-python.ts';
import { percentile } from './statistics.ts';
import { ms, type Table } from './table.ts';

type Side = 'ours' | 'peer';

/** A stream to run an empty handler on. */
interface Stream {
  readonly name: string;
  readonly source: string;
  readonly options: Readonly<Record<string, string>>;
}

const STREAMS: readonly Stream[] = [
  // A batch a second: the client has time to fall asleep in between.
  { name: 'a batch a second', source: 'rate', options: { rowsPerSecond: '10' } },
  // The next batch is there as soon as the last is committed.
  { name: 'one batch after the other', source: 'rate-micro-batch', options: { rowsPerBatch: '10' } },
];

const ROUNDS = 3;
const SECONDS = 30;
const WARM_UP_SECONDS = 8;
const TARGET_MS = 30;
const CONF = { ...SESSION_CONF, 'spark.sql.streaming.numRecentProgressUpdates': '100000' };

/** What Spark told of one query; milliseconds, one entry for each batch. */
interface Round {
  readonly stream: string;
  readonly side: Side;
  readonly batchMs: readonly number[];
  readonly addBatchMs: readonly number[];
}

const progressSchema = z.object({ timestamp: z.string(), durationMs: z.record(z.string(), z.number()) });
type Progress = z.infer<typeof progressSchema>;

export const foreachBatch: Benchmark = {
  name: 'foreach-batch',
  description: 'foreachBatch with an empty handler, in TypeScript and in Python, on the same server',

  async run(context: BenchContext): Promise<BenchResult> {
    const { runs = ROUNDS, seconds = SECONDS, warmUpSeconds = WARM_UP_SECONDS, progress, signal } = context;
    const python = await providePeerPython(progress, signal);
    const { hdfsUrl = '' } = storageSettings(loadEnvironment());
    const folder = `/user/hadoop/instant-health/bench-${randomBytes(4).toString('hex')}`;
    const rounds: Round[] = [];
    try {
      for (let run = 1; run <= runs; run++) {
        for (const stream of STREAMS) {
          // Whoever comes first in one round comes second in the next.
          for (const side of run % 2 === 1 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
            const task = progress.task(`foreach-batch ${side} ${run}/${runs}`, stream.name);
            try {
              const checkpoint = `${hdfsUrl}${folder}/${stream.source}-${side}-${run}`;
              const lasting = (warmUpSeconds + seconds) * 1000;
              const reports =
                side === 'ours'
                  ? await runOurs(stream, checkpoint, lasting, signal)
                  : await runPeer(stream, checkpoint, lasting, python, signal);
              const round = roundOf(stream.name, side, reports, warmUpSeconds * 1000);
              rounds.push(round);
              task.done(`${round.batchMs.length} batches, median ${ms(percentile(round.batchMs, 0.5))} ms`);
            } finally {
              task.stop();
            }
          }
        }
      }
    } finally {
      await removeFolder(folder);
    }
    return resultOf(rounds, { runs, seconds, warmUpSeconds, peerVersions: python.versions });
  },
};

async function runOurs(
  { source, options }: Stream,
  checkpoint: string,
  lastingMs: number,
  signal: AbortSignal,
): Promise<Progress[]> {
  const spark = await SparkSession.builder().remote(sparkSettings(loadEnvironment()).remote).create();
  try {
    await spark.conf.setAll(CONF);
    const query = await spark.readStream
      .format(source)
      .options(options)
      .load()
      .writeStream.option('checkpointLocation', checkpoint)
      .trigger({ processingTime: '0 seconds' })
      .foreachBatch(() => {})
      .start();
    const ended = query.awaitTermination(undefined, { signal });
    await Promise.race([delay(lastingMs, undefined, { signal }), ended]);
    const reports = await query.recentProgress();
    await query.stop();
    await ended;
    return reports.map((report) => progressSchema.parse(report));
  } finally {
    await spark.stop();
  }
}

async function runPeer(
  { source, options }: Stream,
  checkpoint: string,
  lastingMs: number,
  { python }: PeerPython,
  signal: AbortSignal,
): Promise<Progress[]> {
  const reports: Progress[] = [];
  const child = new BenchProcess('foreach_batch.py', python, [peerProgram('foreach_batch.py')], {
    environment: {
      SPARK_REMOTE: sparkSettings(loadEnvironment()).remote,
      PEER_SPARK_CONF: JSON.stringify(CONF),
      PEER_SOURCE: source,
      PEER_SOURCE_OPTIONS: JSON.stringify(options),
      PEER_CHECKPOINT: checkpoint,
      PEER_SECONDS: String(lastingMs / 1000),
    },
    onLine: (line) => reports.push(progressSchema.parse(JSON.parse(line))),
  });
  try {
    await child.done(signal);
  } finally {
    await child.stop();
  }
  return reports;
}

function roundOf(stream: string, side: Side, reports: readonly Progress[], warmUpMs: number): Round {
  const worked = reports.filter(({ durationMs }) => durationMs.addBatch !== undefined);
  const from = Date.parse(worked[0]?.timestamp ?? '') + warmUpMs;
  const measured = worked.filter(({ timestamp }) => Date.parse(timestamp) >= from);
  if (measured.length === 0) {
    throw new OperatorError('BENCH_FAILED', `${side}: no batch came after the warm-up`, {
      next: 'Measure longer: --seconds.',
    });
  }
  return {
    stream,
    side,
    batchMs: measured.map(({ durationMs }) => durationMs.triggerExecution ?? 0),
    addBatchMs: measured.map(({ durationMs }) => durationMs.addBatch ?? 0),
  };
}

function resultOf(rounds: readonly Round[], settings: Readonly<Record<string, unknown>>): BenchResult {
  const all = (stream: string, side: Side, what: 'batchMs' | 'addBatchMs') =>
    rounds.filter((round) => round.stream === stream && round.side === side).flatMap((round) => round[what]);
  const tables: Table[] = [];
  const targets = [];
  for (const { name } of STREAMS) {
    const row = (label: string, side: Side) => {
      const [batch, addBatch] = [all(name, side, 'batchMs'), all(name, side, 'addBatchMs')];
      const cells = [
        percentile(batch, 0.5),
        percentile(batch, 0.95),
        percentile(addBatch, 0.5),
        percentile(addBatch, 0.95),
      ];
      return { cells, texts: [label, String(batch.length), ...cells.map(ms)] };
    };
    const [ours, peer] = [row('TypeScript', 'ours'), row('Python', 'peer')];
    const difference = ours.cells.map((cell, index) => cell - (peer.cells[index] ?? 0));
    tables.push({
      title: `An empty foreachBatch handler, ${name}, milliseconds`,
      columns: ['', 'batches', 'batch p50', 'p95', 'addBatch p50', 'p95'],
      rows: [ours.texts, peer.texts, ['TypeScript − Python', '', ...difference.map(ms)]],
    });
    const more = difference[0] ?? Number.NaN;
    targets.push({
      what: `more for TypeScript at the median, ${name}`,
      limit: `${TARGET_MS} ms`,
      measured: `${ms(more)} ms`,
      met: more <= TARGET_MS,
    });
  }
  return { tables, targets, figures: { ...settings, rounds } };
}
