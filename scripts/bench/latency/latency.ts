import { kafkaSettings } from '../../../settings/index.ts';
import type { BenchContext, Benchmark, BenchResult } from '../bench.ts';
import { load } from '../machine.ts';
import { providePeerPython } from '../peer-python.ts';
import { medianSummary, type Summary, summarise } from '../statistics.ts';
import { answeredBreaches, answeredTellings } from './answers.ts';
import { batchesOfMails, type Steps, stepsOf } from './batch-trace.ts';
import { sendPaced } from './paced-sender.ts';
import { type RunningPipeline, startOurs, startPeer } from './pipeline.ts';
import { benchReadings, PART_OUTSIDE, READINGS_PER_SECOND } from './readings.ts';
import { realTimeLatency } from './real-time.ts';
import { latencyTables, latencyTargets } from './report.ts';
import { type LatencySurroundings, latencySurroundings } from './surroundings.ts';

/** One run of one side. */
export interface LatencyRun {
  readonly side: 'ours' | 'peer';
  readonly latencyMs: Summary;
  /** Of what was due, how much no mail told of. */
  readonly unanswered: number;
  readonly mails: number;
  readonly batches: number;
  readonly steps: readonly Steps[];
  /** How long whole batches took, trigger to commit. */
  readonly batchMs: Summary;
  readonly phasesMs: Readonly<Record<string, number>>;
  readonly peakMemoryMiB: number | undefined;
  /** Load of the last minute of the run, the run's own included: what else the machine did shows here. */
  readonly load: number;
}

export const latency: Benchmark = {
  name: 'latency',
  description: "a reading's Kafka timestamp to the mail server's 250, with the archive running",

  async run(context: BenchContext): Promise<BenchResult> {
    if (context.realTime) return await realTimeLatency(context);
    const { runs = 1, seconds = 120, warmUpSeconds = 30, peer, progress, signal } = context;
    const python = peer ? await providePeerPython(progress, signal) : undefined;
    const results: LatencyRun[] = [];
    for (let run = 1; run <= runs; run++) {
      for (const side of python ? (['ours', 'peer'] as const) : (['ours'] as const)) {
        const label = `latency ${side}${runs > 1 ? ` ${run}/${runs}` : ''}`;
        const surroundings = await latencySurroundings();
        try {
          const start = () =>
            side === 'ours' || !python
              ? startOurs(surroundings, context.sparkConf, signal)
              : startPeer(surroundings, python, signal);
          results.push(await measure(side, label, surroundings, start, { seconds, warmUpSeconds, progress, signal }));
        } finally {
          await surroundings.close();
        }
      }
    }
    const figures = results.map(({ steps, ...rest }) => ({ ...rest, steps: meanSteps(steps) }));
    return {
      tables: latencyTables(results),
      targets: latencyTargets(results),
      figures: {
        readingsPerSecond: READINGS_PER_SECOND,
        outside: PART_OUTSIDE,
        seconds,
        warmUpSeconds,
        peerVersions: python?.versions,
        median: {
          ours: medianOf(results, 'ours'),
          ...(python && { peer: medianOf(results, 'peer') }),
        },
        runs: figures,
      },
    };
  },
};

type Measurement = Pick<BenchContext, 'progress' | 'signal'> & { seconds: number; warmUpSeconds: number };

async function measure(
  side: LatencyRun['side'],
  label: string,
  surroundings: LatencySurroundings,
  start: () => Promise<RunningPipeline>,
  { seconds, warmUpSeconds, progress, signal }: Measurement,
): Promise<LatencyRun> {
  const task = progress.task(label, 'starting the queries');
  let pipeline: RunningPipeline | undefined;
  try {
    pipeline = await start();
    const warmUp = warmUpSeconds * READINGS_PER_SECOND;
    const count = warmUp + seconds * READINGS_PER_SECOND;
    const { patients, limits, catcher } = surroundings;
    const readings = benchReadings(patients, limits, { outside: PART_OUTSIDE, seed: 7 });
    const onSent = (sent: number) =>
      task.detail(
        `${sent < warmUp ? 'warming up' : 'measuring'}: ${sent} of ${count} readings sent, ${catcher.mails.length} mails`,
      );
    const { brokers, topic } = kafkaSettings(surroundings.environment);
    const sending = sendPaced({ brokers, topic }, readings, { count, perSecond: READINGS_PER_SECOND, onSent, signal });
    const sent = await Promise.race([sending, pipeline.failed()]);
    task.detail('waiting for the last mails');
    // We tell of episodes, the peer of every batch in which something was out of limits.
    const answers =
      side === 'ours'
        ? await answeredTellings(sent, surroundings, signal)
        : await answeredBreaches(sent, surroundings, signal);
    const { notices, answered, unanswered } = answers;
    const peakMemoryMiB = pipeline.peakMemoryMiB();
    const loadAtEnd = load();
    const reader = await pipeline.stop();
    pipeline = undefined;
    const measuredFrom = sent[warmUp]?.timestamp ?? Number.POSITIVE_INFINITY;
    const measured = answered.filter(({ breach }) => breach.timestamp >= measuredFrom);
    const { traces, handled } = reader;
    const batchOf = new Map<unknown, number | undefined>(
      batchesOfMails(handled, notices.length).map((batch, index) => [notices[index], batch]),
    );
    const steps = measured.flatMap((answer) => {
      const trace = traces.get(batchOf.get(answer.notice) ?? -1);
      return trace ? [stepsOf(answer, trace)] : [];
    });
    const batches = [...traces.values()].filter(({ startedAt }) => startedAt >= measuredFrom);
    const run: LatencyRun = {
      side,
      latencyMs: summarise(measured.map(({ latencyMs }) => latencyMs)),
      unanswered: unanswered.length,
      mails: catcher.mails.length,
      batches: batches.length,
      steps,
      batchMs: summarise(batches.map(({ phasesMs }) => phasesMs.triggerExecution ?? 0)),
      phasesMs: meanPhases(batches.map(({ phasesMs }) => phasesMs)),
      peakMemoryMiB,
      load: loadAtEnd,
    };
    task.done(`p50 ${run.latencyMs.p50} ms, p99 ${run.latencyMs.p99} ms over ${run.latencyMs.count} readings`);
    return run;
  } finally {
    task.stop();
    await pipeline?.stop();
  }
}

/** Each step's mean: means add up to the mean latency, medians would not. */
export function meanSteps(steps: readonly Steps[]): Readonly<Record<string, number>> {
  return meanPhases(steps.map((step) => ({ ...step })));
}

function meanPhases(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const mean = (name: string) => records.reduce((sum, record) => sum + (record[name] ?? 0), 0) / records.length;
  return Object.fromEntries(names.map((name) => [name, Math.round(mean(name) * 10) / 10]));
}

export function medianOf(runs: readonly LatencyRun[], side: LatencyRun['side']): Summary {
  return medianSummary(runs.filter((run) => run.side === side).map(({ latencyMs }) => latencyMs));
}
