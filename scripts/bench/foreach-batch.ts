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
  readonly trigger?: string;
}

const STREAMS: readonly Stream[] = [
  // A batch a second: the client has time to fall asleep in between.
  { name: 'a batch a second', source: 'rate', options: { rowsPerSecond: '10' } },
  // The next batch is there as soon as the last is committed.
  { name: 'one batch after the other', source: 'rate-micro-batch', options: { rowsPerBatch: '10' } },
];

// The client rests before each batch and has to be woken; not measured for Python, whose handler is on the server.
const RESTED: Stream = {
  name: 'a batch every 3 seconds',
  source: 'rate-micro-batch',
  options: { rowsPerBatch: '10' },
  trigger: '3 seconds',
};

const ROUNDS = 3;
const SECONDS = 30;
const WARM_UP_SECONDS = 8;
const TARGET_MS = 30;
/** What a trigger does first, one after the other. */
const BEFORE_ADD_BATCH = ['latestOffset', 'walCommit', 'getBatch', 'queryPlanning'] as const;
const CONF = { ...SESSION_CONF, 'spark.sql.streaming.numRecentProgressUpdates': '100000' };

/** What Spark told of one query; milliseconds, one entry for each batch. */
interface Round {
  readonly stream: string;
  readonly side: Side;
  readonly batchMs: readonly number[];
  readonly addBatchMs: readonly number[];
}

const progressSchema = z.object({
  batchId: z.number(),
  timestamp: z.string(),
  durationMs: z.record(z.string(), z.number()),
});
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
    const wakeUpMs: number[] = [];
    try {
      for (let run = 1; run <= runs; run++) {
        const rested = progress.task(`foreach-batch rested ${run}/${runs}`, RESTED.name);
        try {
          const checkpoint = `${hdfsUrl}${folder}/rested-${run}`;
          const { reports, startedAt } = await runOurs(RESTED, checkpoint, (warmUpSeconds + seconds) * 1000, signal);
          const found = wakeUps(reports, startedAt, warmUpSeconds * 1000);
          if (found.length === 0) throw noBatch('ours');
          wakeUpMs.push(...found);
          rested.done(`${found.length} batches, median ${ms(percentile(found, 0.5))} ms until the handler`);
        } finally {
          rested.stop();
        }
        for (const stream of STREAMS) {
          // Whoever comes first in one round comes second in the next.
          for (const side of run % 2 === 1 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
            const task = progress.task(`foreach-batch ${side} ${run}/${runs}`, stream.name);
            try {
              const checkpoint = `${hdfsUrl}${folder}/${stream.source}-${side}-${run}`;
              const lasting = (warmUpSeconds + seconds) * 1000;
              const reports =
                side === 'ours'
                  ? (await runOurs(stream, checkpoint, lasting, signal)).reports
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
    return resultOf(rounds, wakeUpMs, { runs, seconds, warmUpSeconds, peerVersions: python.versions });
  },
};

/** @returns Spark's reports, and by batch when its handler began, in milliseconds since the epoch */
async function runOurs(
  { source, options, trigger = '0 seconds' }: Stream,
  checkpoint: string,
  lastingMs: number,
  signal: AbortSignal,
): Promise<{ reports: Progress[]; startedAt: ReadonlyMap<number, number> }> {
  const startedAt = new Map<number, number>();
  const spark = await SparkSession.builder().remote(sparkSettings(loadEnvironment()).remote).create();
  try {
    await spark.conf.setAll(CONF);
    const query = await spark.readStream
      .format(source)
      .options(options)
      .load()
      .writeStream.option('checkpointLocation', checkpoint)
      .trigger({ processingTime: trigger })
      .foreachBatch((_batch, batchId) => {
        startedAt.set(batchId, performance.timeOrigin + performance.now());
      })
      .start();
    const ended = query.awaitTermination(undefined, { signal });
    await Promise.race([delay(lastingMs, undefined, { signal }), ended]);
    const reports = await query.recentProgress();
    await query.stop();
    await ended;
    return { reports: reports.map((report) => progressSchema.parse(report)), startedAt };
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

/** From the start of each batch's addBatch on the server, by its own report, to the start of the handler here: both on one clock. */
function wakeUps(reports: readonly Progress[], startedAt: ReadonlyMap<number, number>, warmUpMs: number): number[] {
  const from = Date.parse(reports[0]?.timestamp ?? '') + warmUpMs;
  return reports.flatMap(({ batchId, timestamp, durationMs }) => {
    const handlerAt = startedAt.get(batchId);
    if (handlerAt === undefined || durationMs.addBatch === undefined || Date.parse(timestamp) < from) return [];
    const before = BEFORE_ADD_BATCH.reduce((sum, step) => sum + (durationMs[step] ?? 0), 0);
    return [handlerAt - Date.parse(timestamp) - before];
  });
}

function roundOf(stream: string, side: Side, reports: readonly Progress[], warmUpMs: number): Round {
  const worked = reports.filter(({ durationMs }) => durationMs.addBatch !== undefined);
  const from = Date.parse(worked[0]?.timestamp ?? '') + warmUpMs;
  const measured = worked.filter(({ timestamp }) => Date.parse(timestamp) >= from);
  if (measured.length === 0) throw noBatch(side);
  return {
    stream,
    side,
    batchMs: measured.map(({ durationMs }) => durationMs.triggerExecution ?? 0),
    addBatchMs: measured.map(({ durationMs }) => durationMs.addBatch ?? 0),
  };
}

function noBatch(side: Side): OperatorError {
  return new OperatorError('BENCH_FAILED', `${side}: no batch came after the warm-up`, {
    next: 'Measure longer: --seconds.',
  });
}

function resultOf(
  rounds: readonly Round[],
  wakeUpMs: readonly number[],
  settings: Readonly<Record<string, unknown>>,
): BenchResult {
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
  const [median, late] = [percentile(wakeUpMs, 0.5), percentile(wakeUpMs, 0.95)];
  tables.push({
    title: `From addBatch on the server to the handler here, after a rest (${RESTED.name}), milliseconds`,
    columns: ['batches', 'p50', 'p95', 'most'],
    rows: [[String(wakeUpMs.length), ms(median), ms(late), ms(Math.max(...wakeUpMs))]],
  });
  targets.push({
    what: 'wake-up after a rest, median',
    limit: `${TARGET_MS} ms`,
    measured: `${ms(median)} ms`,
    met: median <= TARGET_MS,
  });
  return { tables, targets, figures: { ...settings, rounds, wakeUpMs } };
}
