import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { createSurroundings, type JobSurroundings, openSession } from '../../helpers/jobs-surroundings.ts';
import { endCommands, run, submitCommand } from '../../helpers/submit.ts';

const TRIGGER = ['--trigger', '500 milliseconds'];

describe('submit', () => {
  let around: JobSurroundings;
  let spark: SparkSession;

  before(async () => {
    around = await createSurroundings('submit');
    spark = await openSession();
  });

  afterEach(endCommands);

  after(async () => {
    await spark.stop();
    await around.close();
  });

  const submit = (...args: string[]) => run('jobs/submit.ts', args, around.environment);
  const status = () => run('jobs/status.ts', [], around.environment);
  const stop = (...args: string[]) => run('jobs/stop.ts', args, around.environment);

  describe('its command line', () => {
    it('lists the jobs, for people and machines', async () => {
      const [people, machines] = await Promise.all([submit('--list'), submit('--list', '--json')]);
      expect([people.code, machines.code]).to.deep.equal([0, 0]);
      expect(people.stdout).to.match(/^patient-vitals +\S.*\nvital-alerts +\S.*stays attached/);
      const names = machines.stdout.split('\n').map((line) => (JSON.parse(line) as { name: string }).name);
      expect(names).to.deep.equal(['patient-vitals', 'vital-alerts', 'compact-vitals']);
    });

    for (const [what, args, message] of [
      ['no job', [], /error: name a job: patient-vitals, vital-alerts/],
      [
        'an unknown job',
        ['patient-vital'],
        /error: there is no job "patient-vital": the jobs are patient-vitals, vital-alerts/,
      ],
      ['an unknown option', ['patient-vitals', '--detatch'], /unknown option '--detatch'/],
      ['--detach of a job with a handler', ['vital-alerts', '--detach'], /error: vital-alerts cannot be detached/],
      ['--detach of both', ['patient-vitals', 'vital-alerts', '--detach'], /error: vital-alerts cannot be detached/],
      ['an address that is none', ['patient-vitals', '--remote', 'localhost:15002'], /--remote is not valid/],
      ['a trigger that is none', ['patient-vitals', '--trigger', 'often'], /--trigger/],
      ['a setting without a value', ['patient-vitals', '--spark-conf', 'spark.sql.x'], /--spark-conf/],
    ] as const) {
      it(`refuses ${what} with code 2`, async () => {
        const { code, stderr } = await submit(...args);
        expect(stderr).to.match(message);
        expect(code).to.equal(2);
      });
    }
  });

  describe('--dry-run', () => {
    it('prints the configuration with secrets masked and the plan of each query, and starts nothing', async () => {
      const secrets = { SMTP_USER: 'mailer', SMTP_PASSWORD: 'smtp-secret-4711' };
      const remote = `${around.environment.SPARK_REMOTE}/;x-token=spark-secret-4711`;
      const { code, stdout, stderr } = await run(
        'jobs/submit.ts',
        [
          'vital-alerts',
          'patient-vitals',
          '--dry-run',
          '--spark-conf',
          'spark.sql.shuffle.partitions=7',
          '--remote',
          remote,
        ],
        { ...around.environment, SMTP_USER: '', SMTP_PASSWORD: '' },
      );
      expect(code, stderr).to.equal(0);
      expect(stdout)
        .to.match(/KAFKA_TOPIC +test-submit-/)
        .and.match(/DATABASE_PASSWORD +\*\*\*/);
      expect(stdout).to.match(/spark\.sql\.shuffle\.partitions +7/);
      for (const part of [
        'vital-alerts (stream)',
        'vital-alerts (each batch)',
        'patient-vitals-archive',
        'patient-vitals-console',
        'patient-vitals-quarantine',
      ]) {
        expect(stdout).to.contain(part);
      }
      expect(stdout.match(/== Physical Plan ==/g)?.length).to.be.greaterThanOrEqual(5);
      for (const secret of [around.environment.DATABASE_PASSWORD ?? '?', 'spark-secret-4711', secrets.SMTP_PASSWORD]) {
        expect(stdout + stderr).not.to.contain(secret);
      }
      expect((await status()).stdout)
        .to.match(/patient-vitals +not running/)
        .and.match(/vital-alerts +not running/);
      expect(await around.hdfs.list(around.environment.VITALS_CHECKPOINT ?? '')).to.equal(undefined);
    });

    it('masks the password of the mail server, too', async () => {
      const { stdout, stderr, code } = await run('jobs/submit.ts', ['vital-alerts', '--dry-run', '--json'], {
        ...around.environment,
        SMTP_USER: 'mailer',
        SMTP_PASSWORD: 'smtp-secret-4711',
      });
      // The catcher knows no sign-in, so it is refused; what matters is what is told.
      expect(stdout + stderr).not.to.contain('smtp-secret-4711');
      expect(code).to.equal(1);
      expect(stderr).to.match(/error: .*SMTP_USER|SMTP_PASSWORD/);
    });
  });

  describe('--detach', () => {
    it('leaves queries that other processes see and stop, and that a second submit does not disturb', async () => {
      const detached = await submit('patient-vitals', '--detach', ...TRIGGER);
      expect(detached.code, detached.stderr).to.equal(0);
      expect(detached.stdout).to.match(/^patient-vitals-archive runs \(id [0-9a-f-]{36}\)$/m);

      const second = await submit('patient-vitals', '--detach', ...TRIGGER);
      expect(second.code).to.equal(2);
      expect(second.stderr).to.match(/error: patient-vitals is already running \(.*patient-vitals-archive.*\)/);
      expect(second.stderr).to.contain('--replace');

      await around.writer.readings([{ customerId: 1, heartBeat: 70, bp: 170 }]);
      expect((await status()).stdout).to.match(/^patient-vitals +running$/m);

      const replaced = await submit('patient-vitals', '--detach', '--replace', ...TRIGGER);
      expect(replaced.code, replaced.stderr).to.equal(0);
      expect((await status()).stdout).to.match(/^ {2}patient-vitals-archive /m);

      const one = await stop('patient-vitals-console');
      expect(one.stdout).to.equal('patient-vitals-console was stopped');
      const rest = await stop('patient-vitals');
      expect(rest.stdout.split('\n').sort()).to.deep.equal([
        'patient-vitals-archive was stopped',
        'patient-vitals-quarantine was stopped',
      ]);
      expect((await status()).stdout).to.match(/^patient-vitals +not running$/m);
      expect((await stop('patient-vitals')).stderr).to.contain('patient-vitals is not running');
      expect((await stop('nonsense')).code).to.equal(2);
      expect((await stop()).code).to.equal(2);
    });
  });

  describe('several jobs', () => {
    it('run side by side, are refused a second time, and give way to --replace', async () => {
      const both = submitCommand(['patient-vitals', 'vital-alerts', ...TRIGGER], around.environment);
      await both.running(4);
      await around.writer.readings([{ customerId: 1, heartBeat: 20, bp: 170 }]);
      await both.line(/^patient-vitals-archive +batch \d+ +\d+ rows +[\d.]+ rows\/s +[\d.]+ s +lag 0$/);
      await both.line(
        /^vital-alerts +handled batch \d+: \d+ readings, 1 out of limits, 1 notifications \(.*transaction \d+ ms/,
      );

      const second = await submit('vital-alerts', ...TRIGGER);
      expect(second.code).to.equal(2);
      expect(second.stderr).to.match(/error: vital-alerts is already running \(vital-alerts\)/);

      const replacing = submitCommand(['vital-alerts', '--json', '--replace', ...TRIGGER], around.environment);
      await replacing.running(1);
      await both.line(/vital-alerts was stopped/);
      await around.writer.readings([{ customerId: 2, heartBeat: 21, bp: 170 }]);
      await replacing.until(() => replacing.rowsOf('vital-alerts') >= 1, 'the replacing job to handle a batch');
      expect(await around.mail.arrived(2)).to.have.length(2);

      const ended = await both.interrupt();
      expect(ended.code, ended.stderr).to.equal(130);
      expect((await status()).stdout)
        .to.match(/^patient-vitals +not running$/m)
        .and.match(/^vital-alerts +running$/m);

      expect((await stop('vital-alerts')).code).to.equal(0);
      const { code, stderr } = await replacing.ended;
      expect(code, stderr).to.equal(0);
      expect(stderr).to.contain('vital-alerts was stopped');
    });
  });

  describe('--replace', () => {
    it('leaves alone what it cannot take the place of', async () => {
      const first = submitCommand(['vital-alerts', ...TRIGGER], around.environment);
      await first.running(1);
      const refusals: readonly (readonly [Readonly<Record<string, string>>, readonly string[], string])[] = [
        [{ ALERT_OPEN_AFTER: '0' }, [], 'error: ALERT_OPEN_AFTER is not valid'],
        [{ DATABASE_NAME: 'health_of_nobody' }, [], 'DATABASE_NAME'],
        [{}, ['--spark-conf', 'spark.sql.warehouse.dir=/elsewhere'], 'spark.sql.warehouse.dir'],
        [{ DATABASE_NAME: 'health_of_nobody' }, ['--via', 'topic'], 'DATABASE_NAME'],
      ];
      for (const [change, options, told] of refusals) {
        const refused = await run('jobs/submit.ts', ['vital-alerts', '--replace', ...options, ...TRIGGER], {
          ...around.environment,
          ...change,
        });
        expect(refused.code, refused.stdout).to.be.oneOf([1, 2]);
        expect(refused.stderr).to.include(told);
      }
      await around.writer.readings([{ customerId: 3, heartBeat: 22, bp: 170 }]);
      await first.line(/^vital-alerts +handled batch \d+: .*1 out of limits/);
      const ended = await first.interrupt();
      expect(ended.code, ended.stderr).to.equal(130);
      expect((await status()).stdout).to.match(/^vital-alerts +not running$/m);
    });
  });

  describe('checkpoints', () => {
    it('refuses the checkpoint of another query of ours, and of a query that is not ours', async () => {
      const other = `${around.folder}/checkpoint-of-another`;
      const query = await spark.readStream
        .format('rate')
        .load()
        .writeStream.format('noop')
        .option('checkpointLocation', `${around.environment.HDFS_URL}${other}`)
        .start();
      await query.processAllAvailable();
      await query.stop();
      for (const [checkpoint, owner] of [
        [other, 'a query that is not one of ours'],
        [around.environment.ALERTS_CHECKPOINT ?? '', 'query vital-alerts'],
      ] as const) {
        const { code, stderr } = await run('jobs/submit.ts', ['patient-vitals'], {
          ...around.environment,
          VITALS_CHECKPOINT: checkpoint,
        });
        expect(stderr).to.contain(
          `${checkpoint} (VITALS_CHECKPOINT) belongs to ${owner}, not to patient-vitals-archive`,
        );
        expect(code).to.equal(2);
      }
    });
  });
});
