import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { kafkaSettings, OperatorError } from '../../../settings/index.ts';
import type { BenchProcess } from '../child-process.ts';
import type { BatchTrace } from '../latency/batch-trace.ts';
import { startSubmit } from '../latency/pipeline.ts';
import type { LatencySurroundings } from '../latency/surroundings.ts';
import { TraceReader } from '../latency/trace-reader.ts';

const SETTLE_LIMIT_MS = 120_000;

/** vital-alerts in a process of its own, under measurement. */
export interface MeasuredDriver {
  readonly process: BenchProcess;
  /** Readings that it has handled so far. */
  handled(): number;
  /** Its batches so far, in their order. */
  batches(): readonly BatchTrace[];
}

export async function startDriver(
  { environment }: LatencySurroundings,
  sparkConf: readonly string[],
  signal: AbortSignal,
): Promise<MeasuredDriver> {
  const reader = new TraceReader('vital-alerts');
  let readings = 0;
  const flags = sparkConf.flatMap((pair) => ['--spark-conf', pair]);
  const process = await startSubmit(['vital-alerts', ...flags], environment, 1, {
    onLine: (line) => {
      reader.read(line);
      readings += Number(/"counts":\{"readings":(\d+)/.exec(line)?.[1] ?? 0);
    },
    signal,
  });
  return {
    process,
    handled: () => readings,
    batches: () => [...reader.traces.values()].sort((left, right) => left.batchId - right.batchId),
  };
}

/** Waits until a driver has handled so many readings, and Spark has reported the batches. */
export async function untilHandled(driver: MeasuredDriver, readings: number, signal: AbortSignal): Promise<void> {
  await until(() => Promise.resolve(driver.handled() >= readings), `${readings} readings to be handled`, signal);
  // Reports are asked for once a second.
  await delay(2_500, undefined, { signal });
}

/** Waits until the outbox has nothing left to send. */
export async function untilMailed({ database, environment }: LatencySurroundings, signal: AbortSignal): Promise<void> {
  const { topic } = kafkaSettings(environment);
  await until(
    async () => {
      const [rows] = await database.query<RowDataPacket[]>(
        "SELECT 1 FROM alert_outbox WHERE topic = ? AND state IN ('pending', 'sending') LIMIT 1",
        [topic],
      );
      return rows.length === 0;
    },
    'the mails to be sent',
    signal,
  );
}

async function until(holds: () => Promise<boolean>, what: string, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(SETTLE_LIMIT_MS);
  while (!(await holds())) {
    if (limit.aborted) throw new OperatorError('BENCH_FAILED', `waited ${SETTLE_LIMIT_MS / 1000} s for ${what}`);
    await delay(100, undefined, { signal });
  }
}
