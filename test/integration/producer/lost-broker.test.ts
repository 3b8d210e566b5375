import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { demoReadings, insertReadings } from '../../../database/index.ts';
import { ensureTopic } from '../../../producer/index.ts';
import { isAlive, markedProcesses, stopProcesses } from '../../../scripts/stack/process.ts';
import { PROJECT_ROOT, readStackState } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { expectEachRowOnce } from '../../helpers/database-produced.ts';
import { type ProducerProcess, startProducer } from '../../helpers/database-producer.ts';
import { readTopic } from '../../helpers/kafka.ts';

/** On a broker of its own, for it is killed. */
describe('a producer that loses its broker', () => {
  const directory = mkdtempSync(join(tmpdir(), 'instant-health-broker-'));
  const name = `lost-${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let kafka: Kafka;
  let admin: Admin;
  let producer: ProducerProcess | undefined;

  const brokerUp = async () => {
    const runner = join(PROJECT_ROOT, 'scripts', 'run.mjs');
    const env = { ...process.env, STACK: 'native', INSTANT_HEALTH_STACK_DIR: directory };
    await promisify(execFile)(process.execPath, [runner, 'scripts/stack/main.ts', 'up', '--only', 'kafka'], { env });
  };
  const brokers = () => String(readStackState(directory)?.environment.KAFKA_BROKERS);
  const killBroker = () => stopProcesses(markedProcesses(directory, 'kafka'), 0);

  before(async () => {
    database = await createTestDatabase('broker');
    await brokerUp();
    kafka = new Kafka({ clientId: 'tests', brokers: [brokers()], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
    await ensureTopic(admin, name);
  });
  after(async () => {
    producer?.child.kill('SIGKILL');
    await producer?.ended;
    await admin.disconnect();
    await stopProcesses(markedProcesses(directory), 5_000);
    rmSync(directory, { recursive: true, force: true });
    await database.drop();
  });

  it('waits for it in sight, and goes on from what was committed, as often as it happens', async () => {
    const environment = { ...database.environment, KAFKA_BROKERS: brokers(), KAFKA_TOPIC: name };
    producer = startProducer(environment, '--follow', '--interval', '2ms');
    let expected = 0;
    for (const round of [1, 2]) {
      await insertReadings(database.connection, demoReadings({ count: 600, seed: round }));
      await producer.printed(expected + 50);
      await killBroker();
      expect(isAlive(readStackState(directory)?.services.kafka)).to.equal(false);
      await producer.saying(new RegExp(`(No Kafka broker answers[^]*trying again[^]*){${round}}`));
      await brokerUp();
      expected += 600;
      await producer.printed(expected);
    }
    expect(producer.child.exitCode).to.equal(null);
    expect(producer.said()).to.include('Kafka answers again');
    await expectEachRowOnce(database.connection, { read: () => readTopic(kafka, admin, name) });
    expect(producer.lines()).to.have.length(expected);
  });
});
