import type { RowDataPacket } from 'mysql2/promise';
import type { Reading } from '../../../producer/index.ts';
import { kafkaSettings } from '../../../settings/index.ts';
import type { BenchContext, BenchResult } from '../bench.ts';
import { readTellings } from '../latency/episode-mails.ts';
import { sendPaced } from '../latency/paced-sender.ts';
import { latencySurroundings } from '../latency/surroundings.ts';
import { thousands } from '../table.ts';
import { startDriver, untilHandled, untilMailed } from './alert-driver.ts';
import { addPatients } from './many-patients.ts';

const PATIENTS = 1_000;
const READINGS_OF_EACH = 200;
const READINGS = PATIENTS * READINGS_OF_EACH;
/** One patient in so many goes out of limits, for some readings in the middle. */
const ONE_IN = 100;
const [OUT_FROM, OUT_TO] = [70, 120];
const SENT_PER_SECOND = 50_000;
const MEMORY_TARGET_MIB = 250;

/** Everything that came in while nobody looked: handled in order, told once, in bounded memory. */
export async function outage({ sparkConf, progress, signal }: BenchContext): Promise<BenchResult> {
  const task = progress.task('alerts outage', `sending ${thousands(READINGS)} readings`);
  const surroundings = await latencySurroundings({
    fill: (database) => addPatients(database, PATIENTS),
    settings: { ALERT_MAIL_GAP: '30s', ALERT_URGENT_MAIL_GAP: '3s' },
  });
  let driver: Awaited<ReturnType<typeof startDriver>> | undefined;
  try {
    const { environment, database, catcher } = surroundings;
    const { brokers, topic } = kafkaSettings(environment);
    const pace = { count: READINGS, perSecond: SENT_PER_SECOND, onSent: () => {}, signal };
    await sendPaced({ brokers, topic }, readings(), pace);
    task.detail('starting vital-alerts');
    const started = performance.now();
    driver = await startDriver(surroundings, sparkConf, signal);
    await untilHandled(driver, READINGS, signal);
    const seconds = (performance.now() - started) / 1000;
    await untilMailed(surroundings, signal);
    const peakMiB = driver.process.peakMemoryMiB() ?? 0;
    const [rows] = await database.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS episodes, COALESCE(SUM(phase = 'ended' AND breaches = ?), 0) AS whole FROM alert_episode",
      [OUT_TO - OUT_FROM],
    );
    const [episodes, whole] = [Number(rows[0]?.episodes), Number(rows[0]?.whole)];
    const batches = driver.batches().map(({ batchId, phasesMs, lapsMs }) => ({ batchId, phasesMs, lapsMs }));
    const tellings = (await Promise.all(catcher.mails.map(readTellings))).flat();
    const due = PATIENTS / ONE_IN;
    const told = (what: string) => tellings.filter((telling) => telling.what === what).length;
    task.done(`handled after ${seconds.toFixed(1)} s`);
    return {
      tables: [
        {
          title: `${thousands(READINGS)} readings of ${thousands(PATIENTS)} patients that waited in the topic`,
          columns: [
            '',
            'batches',
            'handled after',
            'episodes',
            'whole',
            'begins told',
            'ends told',
            'mails',
            'driver MiB',
          ],
          rows: [
            [
              'vital-alerts',
              String(batches.length),
              `${seconds.toFixed(1)} s`,
              ...[episodes, whole, told('begin'), told('end'), catcher.mails.length, Math.round(peakMiB)].map(String),
            ],
          ],
        },
      ],
      targets: [
        {
          what: 'outage: episodes with all their readings, their begins and their ends told',
          limit: `${due}, ${due}, ${due}`,
          measured: `${whole}, ${told('begin')}, ${told('end')}`,
          met: [episodes, whole, told('begin'), told('end')].every((count) => count === due),
        },
        {
          what: 'outage: mails, one for the begin and the end of an episode at most',
          limit: String(due),
          measured: String(catcher.mails.length),
          met: catcher.mails.length <= due,
        },
        {
          what: 'outage: driver, peak resident',
          limit: `${MEMORY_TARGET_MIB} MiB`,
          measured: `${Math.round(peakMiB)} MiB`,
          met: peakMiB <= MEMORY_TARGET_MIB,
        },
      ],
      figures: { readings: READINGS, seconds, episodes, whole, mails: catcher.mails.length, peakMiB, batches },
    };
  } finally {
    task.stop();
    await driver?.process.stop();
    await surroundings.close();
  }
}

/** All patients in turn, inside of the limits of both of the course's ages but where they shall not be. */
function* readings(): Generator<Reading> {
  for (let turn = 0; turn < READINGS_OF_EACH; turn++) {
    for (let customerId = 1; customerId <= PATIENTS; customerId++) {
      const isOut = customerId % ONE_IN === 0 && turn >= OUT_FROM && turn < OUT_TO;
      yield { customerId, heartBeat: isOut ? 140 : 72, bp: 170 };
    }
  }
}
