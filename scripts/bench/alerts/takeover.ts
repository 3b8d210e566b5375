import { setTimeout as delay } from 'node:timers/promises';
import type { Reading } from '../../../producer/index.ts';
import { kafkaSettings, OperatorError } from '../../../settings/index.ts';
import type { BenchContext, BenchResult } from '../bench.ts';
import { BenchProcess } from '../child-process.ts';
import { sendPaced } from '../latency/paced-sender.ts';
import { type LatencySurroundings, latencySurroundings } from '../latency/surroundings.ts';

const ROUNDS = 2;
const TARGET_MS = 15_000;
const LIMIT_MS = 60_000;

interface Takeover {
  readonly by: 'SIGKILL' | 'SIGSTOP';
  /** From the signal until the other process leads, milliseconds. */
  readonly leadMs: number;
  /** From the signal until the mail about a reading that was sent right after it. */
  readonly mailMs: number;
}

/** A process that stands by. */
class Standby {
  readonly process: BenchProcess;
  leadsSince: number | undefined;
  isWaiting = false;

  constructor({ environment }: LatencySurroundings) {
    this.process = BenchProcess.ofProject('submit', ['vital-alerts', '--standby', '--json'], {
      environment,
      onErrorLine: (line) => {
        if (/ runs \(id /.test(line)) this.leadsSince = performance.now();
        if (/another process leads; standing by/.test(line)) this.isWaiting = true;
      },
    });
  }
}

/** Kills and freezes the process that leads, and measures when the other one does, and mails. */
export async function takeover({ runs = ROUNDS, progress, signal }: BenchContext): Promise<BenchResult> {
  const task = progress.task('alerts takeover', 'starting two processes');
  const surroundings = await latencySurroundings();
  const processes: Standby[] = [];
  const results: Takeover[] = [];
  const start = async (ready: (standby: Standby) => boolean) => {
    const standby = new Standby(surroundings);
    processes.push(standby);
    await until(() => ready(standby), 'a process to lead or to stand by', signal);
    return standby;
  };
  try {
    let leader = await start(({ leadsSince }) => leadsSince !== undefined);
    for (let round = 0; round < runs; round++) {
      for (const by of ['SIGKILL', 'SIGSTOP'] as const) {
        task.detail(`${by}, ${round + 1}/${runs}`);
        const next = await start(({ isWaiting }) => isWaiting);
        results.push(await oneTakeover(surroundings, leader, next, { by, customerId: results.length + 1, signal }));
        leader.process.signal('SIGKILL');
        leader = next;
      }
    }
    task.done('measured');
  } finally {
    task.stop();
    for (const { process } of processes) {
      process.signal('SIGCONT');
      await process.stop();
    }
    await surroundings.close();
  }
  return resultOf(results);
}

async function oneTakeover(
  surroundings: LatencySurroundings,
  leader: Standby,
  next: Standby,
  { by, customerId, signal }: { by: Takeover['by']; customerId: number; signal: AbortSignal },
): Promise<Takeover> {
  const { brokers, topic } = kafkaSettings(surroundings.environment);
  const { mails } = surroundings.catcher;
  // Each of the demonstration's patients goes out of limits once for each direction.
  const reading: Reading = { customerId: 1 + (customerId % 5), heartBeat: customerId <= 5 ? 20 : 200, bp: 170 };
  const before = mails.length;
  const [at, atEpochMs] = [performance.now(), Date.now()];
  leader.process.signal(by);
  await sendPaced({ brokers, topic }, [reading].values(), { count: 1, perSecond: 1, onSent: () => {}, signal });
  await until(() => mails.length > before && next.leadsSince !== undefined, `the mail after ${by}`, signal);
  return {
    by,
    leadMs: Math.round((next.leadsSince ?? Number.NaN) - at),
    mailMs: (mails[before]?.acceptedAt ?? Number.NaN) - atEpochMs,
  };
}

function resultOf(results: readonly Takeover[]): BenchResult {
  const seconds = (value: number) => (value / 1000).toFixed(1);
  const slowest = (by: Takeover['by']) =>
    Math.max(...results.filter((one) => one.by === by).map(({ mailMs }) => mailMs));
  return {
    tables: [
      {
        title: 'From the signal to the process that leads, seconds',
        columns: ['', 'next one leads', 'mail of a reading sent then'],
        rows: results.map(({ by, leadMs, mailMs }) => [by, seconds(leadMs), seconds(mailMs)]),
      },
    ],
    targets: (['SIGKILL', 'SIGSTOP'] as const).map((by) => ({
      what: `standby after ${by}, until its first mail, the slowest`,
      limit: `${TARGET_MS / 1000} s`,
      measured: `${seconds(slowest(by))} s`,
      met: slowest(by) <= TARGET_MS,
    })),
    figures: results,
  };
}

async function until(holds: () => boolean, what: string, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  while (!holds()) {
    if (limit.aborted) throw new OperatorError('BENCH_FAILED', `waited ${LIMIT_MS / 1000} s for ${what}`);
    await delay(20, undefined, { signal });
  }
}
