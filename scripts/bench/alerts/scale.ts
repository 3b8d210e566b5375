import type { RowDataPacket } from 'mysql2/promise';
import type { Reading } from '../../../producer/index.ts';
import { kafkaSettings } from '../../../settings/index.ts';
import type { BenchContext, BenchResult } from '../bench.ts';
import type { BatchTrace } from '../latency/batch-trace.ts';
import { sendPaced } from '../latency/paced-sender.ts';
import { benchReadings } from '../latency/readings.ts';
import { type LatencySurroundings, latencySurroundings } from '../latency/surroundings.ts';
import { median, percentile, summarise } from '../statistics.ts';
import { ms, ratio, type Table, thousands } from '../table.ts';
import { type MeasuredDriver, startDriver, untilHandled } from './alert-driver.ts';
import { addPatients } from './many-patients.ts';

const READINGS_PER_SECOND = 500;
const PART_OUTSIDE = 0.01;
const MANY = 100_000;
const OPEN_EPISODES = 1_000;
const ROUNDS = 3;
const SECONDS = 15;
const WARM_UP_SECONDS = 10;
const RATIO_TARGET = 2;
const TRANSACTION_TARGET_MS = 100;
const MEMORY_TARGET_MIB = 200;
/** A patient of the course's ages and limits whose heart beat is out of all of them. */
const OUT: Omit<Reading, 'customerId'> = { heartBeat: 140, bp: 165 };

interface Side {
  readonly name: string;
  readonly surroundings: LatencySurroundings;
  readonly driver: MeasuredDriver;
  readonly readings: Iterator<Reading, unknown, undefined>;
  readonly batches: BatchTrace[];
  sent: number;
}

/** Few and many patients at the same rate, fed in turn; then batches that change some of a thousand open episodes. */
export async function scale(context: BenchContext): Promise<BenchResult> {
  const { runs = ROUNDS, seconds = SECONDS, warmUpSeconds = WARM_UP_SECONDS, progress, signal } = context;
  const task = progress.task('alerts scale', 'making patients');
  const sides: Side[] = [];
  try {
    for (const [name, patients] of [
      ['5 patients', 5],
      [`${thousands(MANY)} patients`, MANY],
    ] as const) {
      task.detail(`starting vital-alerts for ${name}`);
      sides.push(await startSide(name, patients, context));
    }
    for (let round = 0; round <= runs; round++) {
      for (const side of sides) {
        task.detail(`${round === 0 ? 'warming up' : `round ${round}/${runs}`}, ${side.name}`);
        const batches = await feed(side, round === 0 ? warmUpSeconds : seconds, signal);
        if (round > 0) side.batches.push(...batches);
      }
    }
    const [few, many] = sides;
    if (!few || !many) throw new Error('there are two sides');
    const peakMiB = many.driver.process.peakMemoryMiB() ?? 0;
    task.detail(`${OPEN_EPISODES} open episodes`);
    const open = await withOpenEpisodes(many, seconds, signal);
    task.done('measured');
    return resultOf(few, many, peakMiB, open, { rounds: runs, seconds });
  } finally {
    task.stop();
    for (const { driver, surroundings } of sides) {
      await driver.process.stop();
      await surroundings.close();
    }
  }
}

async function startSide(name: string, patients: number, { sparkConf, signal }: BenchContext): Promise<Side> {
  const surroundings = await latencySurroundings({
    fill: (database) => addPatients(database, patients),
    // Doctors of a thousand patients get their mails grouped, as they would.
    settings: { ALERT_MAIL_GAP: '30s', ALERT_URGENT_MAIL_GAP: '3s' },
  });
  try {
    const driver = await startDriver(surroundings, sparkConf, signal);
    const readings = benchReadings(surroundings.patients, surroundings.limits, { outside: PART_OUTSIDE, seed: 7 });
    return { name, surroundings, driver, readings, batches: [], sent: 0 };
  } catch (error) {
    await surroundings.close();
    throw error;
  }
}

/** Sends readings for some seconds; returns the batches that they made. */
async function feed(
  side: Side,
  seconds: number,
  signal: AbortSignal,
  { readings, perSecond }: { readings: Iterator<Reading, unknown, undefined>; perSecond: number } = {
    readings: side.readings,
    perSecond: READINGS_PER_SECOND,
  },
): Promise<BatchTrace[]> {
  const { brokers, topic } = kafkaSettings(side.surroundings.environment);
  const last = side.driver.batches().at(-1)?.batchId ?? -1;
  const count = seconds * perSecond;
  const sending = sendPaced({ brokers, topic }, readings, { count, perSecond, onSent: () => {}, signal });
  await Promise.race([sending, side.driver.process.failed()]);
  side.sent += count;
  await untilHandled(side.driver, side.sent, signal);
  return side.driver.batches().filter(({ batchId }) => batchId > last);
}

interface OpenEpisodes {
  readonly episodes: number;
  readonly batches: readonly BatchTrace[];
}

async function withOpenEpisodes(side: Side, seconds: number, signal: AbortSignal): Promise<OpenEpisodes> {
  const readings = function* (): Generator<Reading, never, undefined> {
    for (let index = 0; ; index++) yield { customerId: 1 + (index % OPEN_EPISODES), ...OUT };
  };
  // All of them at once, which opens the episodes; afterwards each batch changes those of its patients.
  await feed(side, 1, signal, { readings: readings(), perSecond: OPEN_EPISODES });
  const batches = await feed(side, seconds, signal, { readings: readings(), perSecond: READINGS_PER_SECOND });
  const [rows] = await side.surroundings.database.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS episodes FROM alert_episode WHERE active = 1 AND phase = 'open'",
  );
  return { episodes: Number(rows[0]?.episodes), batches };
}

function resultOf(
  few: Side,
  many: Side,
  peakMiB: number,
  open: OpenEpisodes,
  { rounds, seconds }: { rounds: number; seconds: number },
): BenchResult {
  const [fewMs, manyMs] = [durations(few.batches), durations(many.batches)];
  const factor = median(manyMs) / median(fewMs);
  const transactionMs = open.batches.map(({ lapsMs }) => lapsMs.transaction ?? 0);
  const row = (name: string, batches: readonly BatchTrace[], memory: number | undefined) => [
    name,
    String(batches.length),
    ms(percentile(durations(batches), 0.5)),
    ms(percentile(durations(batches), 0.95)),
    ...['directory', 'collect', 'transaction'].map((lap) => ms(median(batches.map(({ lapsMs }) => lapsMs[lap] ?? 0)))),
    memory === undefined ? '' : String(Math.round(memory)),
  ];
  const table: Table = {
    title: `Batches at ${READINGS_PER_SECOND} readings/s, milliseconds; medians, but for the 95th percentile`,
    columns: ['', 'batches', 'p50', 'p95', 'directory', 'collect', 'transaction', 'driver MiB'],
    rows: [
      row(few.name, few.batches, few.driver.process.peakMemoryMiB()),
      row(many.name, many.batches, peakMiB),
      [`${many.name} / ${few.name}`, '', ratio(median(manyMs), median(fewMs)), '', '', '', '', ''],
      row(`${thousands(open.episodes)} open episodes`, open.batches, many.driver.process.peakMemoryMiB()),
    ],
  };
  return {
    tables: [table],
    targets: [
      {
        what: `batch with ${many.name} against ${few.name}`,
        limit: `${RATIO_TARGET}×`,
        measured: `${factor.toFixed(2)}×`,
        met: factor <= RATIO_TARGET,
      },
      {
        what: `driver with ${many.name}, peak resident`,
        limit: `${MEMORY_TARGET_MIB} MiB`,
        measured: `${Math.round(peakMiB)} MiB`,
        met: peakMiB <= MEMORY_TARGET_MIB,
      },
      {
        what: `transaction with ${thousands(open.episodes)} open episodes, median`,
        limit: `${TRANSACTION_TARGET_MS} ms`,
        measured: `${ms(median(transactionMs))} ms`,
        met: open.episodes >= OPEN_EPISODES && median(transactionMs) <= TRANSACTION_TARGET_MS,
      },
    ],
    figures: {
      readingsPerSecond: READINGS_PER_SECOND,
      outside: PART_OUTSIDE,
      rounds,
      seconds,
      few: summarise(fewMs),
      many: summarise(manyMs),
      factor,
      driverPeakMiB: peakMiB,
      openEpisodes: open.episodes,
      transactionMs: summarise(transactionMs),
    },
  };
}

function durations(batches: readonly BatchTrace[]): number[] {
  return batches.map(({ phasesMs }) => phasesMs.triggerExecution ?? 0);
}
