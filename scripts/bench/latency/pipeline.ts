import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SESSION_CONF } from '../../../jobs/job-session.ts';
import { OperatorError } from '../../../settings/index.ts';
import { BenchProcess } from '../child-process.ts';
import { type PeerPython, peerProgram } from '../peer-python.ts';
import type { LatencySurroundings } from './surroundings.ts';
import { TraceReader } from './trace-reader.ts';

/** An alert pipeline that runs, ours or the peer's. */
export interface RunningPipeline {
  /** Rejects when a process of it ends although it should run. */
  failed(): Promise<never>;
  /** The driver's peak so far. */
  peakMemoryMiB(): number | undefined;
  /** Stops everything; afterwards the reader has all that was told. */
  stop(): Promise<TraceReader>;
}

const START_LIMIT_MS = 120_000;
const ARCHIVE_QUERIES = 3;

/** Our jobs, both of them in one driver, as `npm run submit -- patient-vitals vital-alerts` runs them. */
export async function startOurs(
  { environment }: LatencySurroundings,
  sparkConf: readonly string[],
  signal: AbortSignal,
): Promise<RunningPipeline> {
  const reader = new TraceReader('vital-alerts');
  const flags = sparkConf.flatMap((pair) => ['--spark-conf', pair]);
  const submit = await startSubmit(['vital-alerts', 'patient-vitals', ...flags], environment, ARCHIVE_QUERIES + 1, {
    onLine: (line) => reader.read(line),
    signal,
  });
  return {
    failed: () => submit.failed(),
    peakMemoryMiB: () => submit.peakMemoryMiB(),
    stop: () => submit.stop().then(() => reader),
  };
}

/** Our jobs with the alerts in real time: Spark's part in one process, episodes and mails in another. */
export async function startRealTime(
  { environment }: LatencySurroundings,
  sparkConf: readonly string[],
  signal: AbortSignal,
): Promise<Omit<RunningPipeline, 'stop'> & { stop(): Promise<void> }> {
  const flags = sparkConf.flatMap((pair) => ['--spark-conf', pair]);
  let isRead = false;
  const alerts = BenchProcess.ofProject('alerts', ['run', '--json'], {
    environment,
    onErrorLine: (line) => {
      if (/ is read; Ctrl-C ends it/.test(line)) isRead = true;
    },
  });
  let submit: BenchProcess | undefined;
  const stop = async () => {
    await Promise.all([submit?.stop(), alerts.stop()]);
  };
  try {
    const jobs = ['vital-alerts', '--real-time', 'patient-vitals', ...flags];
    submit = await startSubmit(jobs, environment, ARCHIVE_QUERIES + 1, { signal });
    await until(() => isRead, "the alerts' topic to be read", alerts, signal);
    const started = submit;
    return {
      failed: () => Promise.race([started.failed(), alerts.failed()]),
      peakMemoryMiB: () => alerts.peakMemoryMiB(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The pipeline in Python; the archive runs beside it as it does beside ours. */
export async function startPeer(
  { environment, folder }: LatencySurroundings,
  { python, packages }: PeerPython,
  signal: AbortSignal,
): Promise<RunningPipeline> {
  const reader = new TraceReader('peer');
  const temporary = await mkdtemp(join(tmpdir(), 'bench-peer-'));
  const events = join(temporary, 'events.jsonl');
  const archive = await startSubmit(['patient-vitals'], environment, ARCHIVE_QUERIES, { signal });
  let isReady = false;
  const alerts = new BenchProcess('alerts.py', python, [peerProgram('alerts.py')], {
    environment: {
      ...environment,
      PEER_PACKAGES: packages,
      PEER_EVENTS: events,
      PEER_CHECKPOINT: `${folder}/checkpoint-peer`,
      // The same settings on both sides, or the ratio would tell of HDFS and not of the pipelines.
      PEER_SPARK_CONF: JSON.stringify({
        ...SESSION_CONF,
        'spark.sql.streaming.numRecentProgressUpdates': '100000',
      }),
      TZ: 'UTC',
    },
    onLine: (line) => {
      if (line === 'ready') isReady = true;
      else reader.read(line);
    },
  });
  const stop = async () => {
    await Promise.all([alerts.stop(), archive.stop()]);
    if (existsSync(events)) for (const line of readFileSync(events, 'utf8').split('\n')) reader.read(line);
    await rm(temporary, { recursive: true, force: true });
    return reader;
  };
  try {
    await until(() => isReady, 'the Python pipeline to start', alerts, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    failed: () => Promise.race([alerts.failed(), archive.failed()]),
    peakMemoryMiB: () => alerts.peakMemoryMiB(),
    stop,
  };
}

/** Our jobs as a process, once so many queries run. */
export async function startSubmit(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  queries: number,
  { onLine, signal }: { onLine?: (line: string) => void; signal: AbortSignal },
): Promise<BenchProcess> {
  let running = 0;
  const submit = BenchProcess.ofProject('submit', [...args, '--json'], {
    environment,
    ...(onLine && { onLine }),
    onErrorLine: (line) => {
      if (/ runs \(id /.test(line)) running++;
    },
  });
  try {
    await until(() => running >= queries, 'the queries to run', submit, signal);
  } catch (error) {
    await submit.stop();
    throw error;
  }
  return submit;
}

async function until(condition: () => boolean, what: string, process: BenchProcess, signal: AbortSignal) {
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  const failed = process.failed();
  failed.catch(() => {});
  while (!condition()) {
    if (limit.aborted) throw new OperatorError('BENCH_FAILED', `waited ${START_LIMIT_MS / 1000} s for ${what}`);
    await Promise.race([delay(50, undefined, { signal }), failed]);
  }
}
