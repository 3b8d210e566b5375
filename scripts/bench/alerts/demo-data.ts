import { simpleParser } from 'mailparser';
import { reconcile } from '../../demo/reconcile.ts';
import type { BenchContext, BenchResult } from '../bench.ts';
import { BenchProcess } from '../child-process.ts';
import { latencySurroundings } from '../latency/surroundings.ts';
import { startDriver, untilHandled, untilMailed } from './alert-driver.ts';

const READINGS = 1_800;

/** The demonstration's readings through producer and vital-alerts, with the mail gaps as they are by default. */
export async function demoData({ sparkConf, progress, signal }: BenchContext): Promise<BenchResult> {
  const task = progress.task('alerts demo data', 'starting vital-alerts');
  const surroundings = await latencySurroundings({
    readings: READINGS,
    settings: { ALERT_MAIL_GAP: '30s', ALERT_URGENT_MAIL_GAP: '3s' },
  });
  let driver: Awaited<ReturnType<typeof startDriver>> | undefined;
  try {
    driver = await startDriver(surroundings, sparkConf, signal);
    task.detail('sending readings');
    const args = ['--interval', '20ms', '--once', '--quiet'];
    const { environment, database, catcher } = surroundings;
    await BenchProcess.ofProject('produce', args, { environment }).done(signal);
    await untilHandled(driver, READINGS, signal);
    task.detail('waiting for the last mails');
    await untilMailed(surroundings, signal);
    const mails = await Promise.all(
      catcher.mails.map(async ({ raw }, index) => {
        const { text = '', subject = '' } = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
        return { id: String(index), subject, to: [], text };
      }),
    );
    // What is archived is no question of the alerts.
    const checks = (await reconcile(database, { sent: READINGS, archived: READINGS, mails })).slice(1);
    task.done(`${mails.length} mails`);
    return {
      tables: [
        {
          title: `The ${READINGS} readings of the demonstration`,
          columns: ['', 'due', 'found'],
          rows: checks.map(({ what, expected, found }) => [what, String(expected), String(found)]),
        },
      ],
      targets: checks.map(({ what, expected, found, holds }) => ({
        what: `demo data: ${what}`,
        limit: String(expected),
        measured: String(found),
        met: holds,
      })),
      figures: { readings: READINGS, mails: mails.length, checks },
    };
  } finally {
    task.stop();
    await driver?.process.stop();
    await surroundings.close();
  }
}
