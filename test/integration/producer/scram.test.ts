import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { col, type SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { prepareDemoDatabase } from '../../../database/index.ts';
import { explainFailure } from '../../../jobs/failures.ts';
import { SESSION_CONF } from '../../../jobs/job-session.ts';
import { topicOptions } from '../../../jobs/messages.ts';
import { certificateFiles, provideCertificates } from '../../../scripts/stack/certificates.ts';
import { type KafkaSettings, kafkaSettings, OperatorError, Secret } from '../../../settings/index.ts';
import { runEntry } from '../../helpers/aws-emulator.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { eventually } from '../../helpers/eventually.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';
import { KafkaBroker } from '../../helpers/kafka-broker.ts';

const USER = 'vitals';
// What JAAS's grammar would stumble over, and Kafka's own tool takes.
const PASSWORD = 'kafka "secret" 4711';
const TOPIC = 'patient-vital-info';

describe('Kafka with TLS and SCRAM-SHA-512', () => {
  let broker: KafkaBroker;
  let database: TestDatabase;
  let spark: SparkSession;
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-scram-'));

  before(async () => {
    [broker, database, spark] = await Promise.all([
      KafkaBroker.start({ user: USER, password: PASSWORD }),
      createTestDatabase('scram'),
      openSession(),
    ]);
    await prepareDemoDatabase(database.environment, { readings: { count: 20 } });
    await broker.makeTopic(TOPIC);
    await provideCertificates(join(folder, 'other'), AbortSignal.timeout(120_000));
  });

  after(async () => {
    await Promise.all([broker?.stop(), database?.drop(), spark?.stop()]);
    rmSync(folder, { recursive: true });
  });

  const produce = (more: Readonly<Record<string, string>> = {}) =>
    runEntry('producer/main.ts', ['--unthrottled', '--quiet', '--limit', '20'], {
      DATABASE_NAME: database.name,
      ...broker.environment,
      LOG_LEVEL: 'debug',
      DEBUG: '1',
      ...more,
    });
  const read = (settings: KafkaSettings) =>
    spark.read.format('kafka').options(topicOptions(settings)).load().select(col('value').cast('string')).collect();
  const refusal = async (more: Readonly<Record<string, string>>) => {
    const settings = kafkaSettings({ ...broker.environment, ...more });
    const context = { remote: '', topic: settings.topic, brokers: settings.brokers.join(',') };
    const failure = await read(settings).then(
      () => undefined,
      (error: unknown) => explainFailure(error, context),
    );
    if (failure instanceof OperatorError) return failure;
    throw new Error(`not refused: ${String(failure)}`);
  };

  it('lets the producer commit its rows, and Spark read them, each with its own client', async () => {
    const { code, stdout, stderr } = await produce();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/^20 readings sent to patient-vital-info/m);
    expect(stdout + stderr).not.to.include(PASSWORD);
    const rows = await read(broker.settings);
    expect(rows).to.have.length(20);
    expect(JSON.stringify(rows[0])).to.include('heartBeat');
  });

  it('leaves no password in what Spark shows and keeps of a session of ours', async () => {
    await spark.conf.setAll(SESSION_CONF);
    const port = await spark.conf.get('spark.ui.port');
    const page = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const user = `vitals-${randomBytes(4).toString('hex')}`;
    const signIn = {
      ...broker.settings.signIn,
      method: { kind: 'scram-sha-512', user, password: new Secret(PASSWORD) },
    };
    const settings = { ...broker.settings, signIn } as KafkaSettings;
    const look = async () => {
      const text = await page(`/connect/session/?id=${spark.sessionId}`);
      return text.includes('ScramLoginModule required*') && text;
    };
    // Of statements that are over, Spark keeps the last 200 of all sessions: this one is looked for while it runs.
    const shown = await eventually(async () => {
      let isRunning = true;
      const reading = read(settings)
        .catch(() => undefined)
        .finally(() => {
          isRunning = false;
        });
      let found = await look();
      while (isRunning && !found) found = await look();
      await reading;
      return found;
    }, 'the statement to be shown');
    expect(shown).not.to.include(user);
  });

  it('refuses another password, of both, and neither shows it', async () => {
    const wrong = { KAFKA_PASSWORD: 'wrong-secret-4712' };
    const { code, stdout, stderr } = await produce(wrong);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: Kafka at localhost:\d+ refuses the sign-in: .*\n {2}Check KAFKA_AUTH/m);
    expect(stdout + stderr).not.to.include(wrong.KAFKA_PASSWORD);
    const { code: reason, message } = await refusal(wrong);
    expect(reason, message).to.equal('KAFKA_SIGN_IN');
    expect(message)
      .to.match(/does not let Spark in: .*invalid credentials/i)
      .and.not.to.include(wrong.KAFKA_PASSWORD);
  });

  it('is not trusted by either where the authority is another', async () => {
    const other = { KAFKA_CA: certificateFiles(join(folder, 'other')).authority };
    const { code, stderr } = await produce(other);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: .*(?:certificate|self.signed)/m);
    expect((await refusal(other)).code).to.equal('KAFKA_SIGN_IN');
  });
});
