import { expect } from 'chai';
import { openJobSession } from '../../jobs/job-session.ts';
import { plainServer } from '../../jobs/targets/spark-server.ts';
import { createLogger, storageSettings } from '../../settings/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings, openSession, sparkRemote } from '../helpers/jobs-surroundings.ts';
import { endCommands, run, submitCommand } from '../helpers/submit.ts';

const TRIGGER = ['--trigger', '500 milliseconds'];

describe('the process that follows the jobs dies', () => {
  let around: JobSurroundings;

  beforeEach(async () => {
    around = await createSurroundings('faults');
  });

  afterEach(async () => {
    await endCommands();
    await around.close();
  });

  /** Of a patient for each value from 10 on: with each of them an episode begins. */
  const reading = (heartBeat: number) => ({ customerId: 1 + (heartBeat % 5), heartBeat, bp: 170 });

  /** How many readings the mails tell of, each mail of one Message-ID counted once. */
  function mailedReadings(): number {
    const texts = new Map(around.mail.mails.map(({ mail }) => [mail.messageId, mail.text ?? '']));
    return Array.from(texts.values(), (text) => Number(/^Readings out of range: +(\d+)/m.exec(text)?.[1])).reduce(
      (sum, readings) => sum + readings,
      0,
    );
  }

  async function archivedValues(): Promise<number[]> {
    const spark = await openSession();
    try {
      const frame = spark.read.parquet(`${around.environment.HDFS_URL}${around.environment.VITALS_DIR}`);
      const rows = await frame.select('heartBeat').collect<{ heartBeat: number }>();
      return rows.map(({ heartBeat }) => heartBeat).sort((a, b) => a - b);
    } finally {
      await spark.stop();
    }
  }

  it('by SIGKILL while a mail is on its way: submitting again is enough, every reading is mailed and archived', async () => {
    const jobs = ['patient-vitals', 'vital-alerts', '--json', ...TRIGGER];
    const first = submitCommand(jobs, around.environment);
    await first.running(4);
    await around.writer.readings([reading(10)]);
    await around.mail.arrived(1);
    around.mail.stall();
    const stalling = around.mail.stalling();
    await around.writer.readings([reading(11)]);
    await stalling;
    first.kill('SIGKILL');
    expect((await first.ended).code).to.equal(137);
    await around.writer.readings([reading(12)]);
    around.mail.accept();

    const second = submitCommand(jobs, around.environment);
    await second.running(4);
    expect(second.errorLines.join()).to.match(
      /patient-vitals: the process that followed it is gone; its queries are taken over/,
    );
    await around.writer.readings([reading(13)]);
    await eventually(async () => mailedReadings() >= 4, 'the last mail');
    await eventually(async () => (await archivedValues()).includes(13), 'the last reading in the archive');
    await second.interrupted();
    expect(mailedReadings()).to.equal(4);
    expect(await archivedValues()).to.deep.equal([10, 11, 12, 13]);
  });

  it('after --detach: the queries live on, and a second submit says that they run', async () => {
    const detached = submitCommand(['patient-vitals', '--detach', ...TRIGGER], around.environment);
    await detached.line(/npm run status/);
    detached.kill('SIGKILL');
    await detached.ended;
    await around.writer.readings([{ customerId: 1, heartBeat: 70, bp: 170 }]);
    await eventually(
      async () => (await archivedValues().catch((): number[] => [])).includes(70),
      'the reading in the archive',
    );
    const second = await run('jobs/submit.ts', ['patient-vitals', ...TRIGGER], around.environment);
    expect(second.code).to.equal(2);
    expect(second.stderr).to.match(/error: patient-vitals is already running/);
    expect((await run('jobs/stop.ts', ['patient-vitals'], around.environment)).code).to.equal(0);
  });

  it('before it has detached: submitting again is enough', async () => {
    const first = submitCommand(['patient-vitals', '--detach', ...TRIGGER], around.environment);
    await first.line(/waiting for its first look/);
    first.kill('SIGKILL');
    await first.ended;
    const second = await run('jobs/submit.ts', ['patient-vitals', '--detach', ...TRIGGER], around.environment);
    expect(second.code, second.stderr).to.equal(0);
    await around.writer.readings([{ customerId: 1, heartBeat: 71, bp: 170 }]);
    await eventually(
      async () => (await archivedValues().catch((): number[] => [])).includes(71),
      'the reading in the archive',
    );
    expect(await archivedValues()).to.deep.equal([71]);
    expect((await run('jobs/stop.ts', ['patient-vitals'], around.environment)).code).to.equal(0);
  });

  it('stands still for longer than its lease: Spark ends the query, it says so, and the reading is mailed later', async () => {
    const first = submitCommand(['vital-alerts', '--json', ...TRIGGER], around.environment);
    await first.running(1);
    first.kill('SIGSTOP');
    await around.writer.readings([reading(14)]);
    const spark = await openJobSession({
      server: plainServer(sparkRemote()),
      job: 'vital-alerts',
      identity: storageSettings(around.environment).alertsCheckpoint,
      log: createLogger({ name: 'test', level: 'warn' }),
    });
    try {
      expect(await spark.streams.active()).to.have.length(1);
      await eventually(async () => (await spark.streams.active()).length === 0, 'the lease to run out', {
        limitMs: 40_000,
      });
    } finally {
      spark.disconnect();
    }
    first.kill('SIGCONT');
    const { code, stderr } = await first.ended;
    // Spark 3.5 drops the words of the worker.
    expect(stderr, stderr).to.match(
      /^error: Spark ended the query(: this process| because its Python worker ended: as a rule, this process) gave no sign of life/m,
    );
    expect(code).to.equal(1);

    const second = submitCommand(['vital-alerts', '--json', ...TRIGGER], around.environment);
    await second.running(1);
    await around.writer.readings([reading(15)]);
    await eventually(async () => mailedReadings() >= 2, 'the reading that came later');
    await second.interrupted();
    expect(mailedReadings()).to.equal(2);
  });
});
