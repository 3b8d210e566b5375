import { expect } from 'chai';
import { demoReadings, insertReadings } from '../../../database/index.ts';
import { encodeReading } from '../../../producer/index.ts';
import type { Environment } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { startProducer } from '../../helpers/database-producer.ts';
import { createTestTopic, readTopic, type TestTopic } from '../../helpers/kafka.ts';

describe('npm run produce', () => {
  let database: TestDatabase;
  let topic: TestTopic;
  let environment: Environment;

  beforeEach(async () => {
    database = await createTestDatabase('produce');
    topic = await createTestTopic('produce');
    environment = { ...database.environment, KAFKA_TOPIC: topic.name };
  });
  afterEach(async () => {
    await topic.drop();
    await database.drop();
  });

  const produce = (...args: string[]) => startProducer(environment, ...args);
  const values = async () => (await topic.read()).map(({ value }) => value);

  it('sends every row once: bytes, key, headers, order of each patient; and prints what it sent', async () => {
    const readings = demoReadings();
    await insertReadings(database.connection, readings);
    const { code, lines, stderr } = await produce('--unthrottled').ended;
    expect(stderr).to.match(/^1800 readings sent to test-produce-\w+ in .* \(\d+\/s\)\n$/);
    expect(code).to.equal(0);
    expect(lines).to.deep.equal(readings.map(encodeReading));

    const messages = await topic.read();
    expect(messages).to.have.length(1_800);
    const ids = messages.map(({ headers }) => Number(headers.source_id));
    expect(ids.toSorted((left, right) => left - right)).to.deep.equal(
      Array.from({ length: 1_800 }, (_, index) => index + 1),
    );
    for (const { key, value, headers } of messages) {
      const reading = readings[Number(headers.source_id) - 1];
      if (reading === undefined) throw new Error(`no reading ${headers.source_id}`);
      expect(value).to.equal(encodeReading(reading));
      expect(key).to.equal(String(reading.customerId));
      expect(headers.recorded_at).to.equal(`${reading.recordedAt.replace(' ', 'T')}Z`);
    }
    for (const patient of ['1', '2', '3', '4', '5']) {
      const own = messages.filter(({ key }) => key === patient);
      expect(new Set(own.map(({ partition }) => partition)).size).to.equal(1);
      const order = own.map(({ headers }) => Number(headers.source_id));
      expect(order).to.deep.equal(order.toSorted((left, right) => left - right));
    }
  });

  it('chooses the partition that a Java producer would', async () => {
    await insertReadings(database.connection, [
      { customerId: 21, heartBeat: 70, bp: 160, recordedAt: '2026-01-05 08:00:00.000' },
    ]);
    await produce('--unthrottled', '--quiet').ended;
    // murmur2("21") is -973932308: a vector of Kafka's own tests.
    expect((await topic.read())[0]?.partition).to.equal((-973_932_308 & 0x7fffffff) % 3);
  });

  it('sends one message an interval, and starts and ends where it is told', async () => {
    await insertReadings(database.connection, demoReadings({ count: 20 }));
    const { code, lines } = await produce('--interval', '150ms', '--from', '5', '--limit', '4', '--json').ended;
    expect(code).to.equal(0);
    const summary = JSON.parse(lines.at(-1) ?? '');
    expect(summary).to.include({ sent: 4, rejected: 0, lastId: '8', topic: topic.name });
    expect(summary.elapsedMs).to.be.at.least(440);
    const ids = (await topic.read()).map(({ headers }) => Number(headers.source_id));
    expect(ids.sort()).to.deep.equal([5, 6, 7, 8]);
  });

  it('reports rows that are no readings by their id, and never sends one', async () => {
    await database.connection.query(
      'INSERT INTO patients_vital_info (customerId, heartBeat, bp) VALUES (1, 70, 160), (2, NULL, 160), (NULL, 70, NULL), (3, 71, 161)',
    );
    const { code, lines, stderr } = await produce('--unthrottled').ended;
    expect(code).to.equal(0);
    expect(lines).to.deep.equal([
      '{"heartBeat":70,"bp":160,"customerId":1}',
      '{"heartBeat":71,"bp":161,"customerId":3}',
    ]);
    expect(stderr).to.include('row 2 rejected: heartBeat is null');
    expect(stderr).to.include('row 3 rejected: customerId is null, bp is null');
    expect(stderr).to.match(/2 readings sent .*, 2 rows to test-produce-\w+-rejected\n$/);
    expect(await topic.read()).to.have.length(2);
    const rejected = await readTopic(topic.kafka, topic.admin, `${topic.name}-rejected`);
    expect(rejected.map(({ key, value, headers }) => ({ key, value, headers }))).to.deep.equal([
      { key: '2', value: '{"table":"patients_vital_info","id":"2","reason":"heartBeat is null"}', headers: {} },
      {
        key: '3',
        value: '{"table":"patients_vital_info","id":"3","reason":"customerId is null, bp is null"}',
        headers: {},
      },
    ]);
  });

  it('reads a table with the three columns only, says that it cannot resume, and refuses text that looks like a number', async () => {
    await database.connection.query('CREATE TABLE original (customerId INT, heartBeat VARCHAR(9), bp DOUBLE)');
    await database.connection.query("INSERT INTO original VALUES (1, '70', 160)");
    await database.connection.query('ALTER TABLE original MODIFY heartBeat BIGINT');
    await database.connection.query(
      'INSERT INTO original VALUES (2, 71, 161.5), (3, 72, 162), (4, 9007199254740993, 160)',
    );
    const { code, lines, stderr } = await produce('--unthrottled', '--table', 'original').ended;
    expect(code).to.equal(0);
    expect(stderr).to.include('cannot be resumed');
    expect(stderr).to.include('row (no id) rejected: bp is no 32-bit integer');
    expect(lines).to.have.members([
      '{"heartBeat":70,"bp":160,"customerId":1}',
      '{"heartBeat":72,"bp":162,"customerId":3}',
    ]);
    for (const { headers } of await topic.read()) expect(headers).to.deep.equal({});
    const follow = await produce('--follow', '--table', 'original').ended;
    expect(follow.code).to.equal(2);
    expect(follow.stderr).to.include('--follow and --from need');
  });

  it('does not take an id that may be null for a place to go on from, and sends the rows without one', async () => {
    await database.connection.query('CREATE TABLE loose (id INT NULL UNIQUE, customerId INT, heartBeat INT, bp INT)');
    await database.connection.query('INSERT INTO loose VALUES (1, 1, 70, 160), (NULL, 2, 71, 161), (NULL, 3, 72, 162)');
    const { code, lines, stderr } = await produce('--unthrottled', '--table', 'loose').ended;
    expect(code).to.equal(0);
    expect(lines).to.have.length(3);
    expect(stderr).to.include('table loose has no unique integer id that is never null');
  });

  it('says that it does not send rows with ids below 1, where the table has some', async () => {
    await database.connection.query("SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')");
    await database.connection.query(
      'INSERT INTO patients_vital_info (id, customerId, heartBeat, bp) VALUES (-1, 1, 70, 160), (0, 1, 71, 161), (1, 1, 72, 162)',
    );
    const { code, lines, stderr } = await produce('--unthrottled').ended;
    expect(code).to.equal(0);
    expect(lines).to.deep.equal(['{"heartBeat":72,"bp":162,"customerId":1}']);
    expect(stderr).to.include('2 rows of patients_vital_info have ids below 1 and are not sent');
  });

  it('follows new rows until Ctrl-C, which ends it with 130 and everything that it printed in the topic', async () => {
    await insertReadings(database.connection, demoReadings({ count: 3 }));
    const running = produce('--follow', '--interval', '1ms');
    await running.printed(3);
    await insertReadings(database.connection, demoReadings({ count: 7, seed: 2 }));
    await running.printed(10);
    running.child.kill('SIGINT');
    const { code, lines, stderr } = await running.ended;
    expect(code).to.equal(130);
    expect(stderr).to.include('10 readings sent');
    expect(await values()).to.have.members([...lines]);
  });

  it('ends in good order when interrupted at full speed: printed, counted and sent are the same', async () => {
    await insertReadings(database.connection, demoReadings({ count: 60_000 }));
    const running = produce('--unthrottled');
    await running.printed(1);
    running.child.kill('SIGTERM');
    const { code, lines, stderr } = await running.ended;
    expect(code).to.equal(130);
    expect(lines.length).to.be.within(1, 60_000);
    expect(stderr).to.include(`${lines.length} readings sent`);
    expect(await topic.read()).to.have.length(lines.length);
  });

  for (const [what, args, overrides, code, expected] of [
    ['a topic that is not there', [], { KAFKA_TOPIC: 'not-there' }, 1, ['no topic not-there', 'KAFKA_TOPIC']],
    ['a broker that is down', [], { KAFKA_BROKERS: '127.0.0.1:1' }, 1, ['127.0.0.1:1', 'KAFKA_BROKERS']],
    ['a database that is down', [], { DATABASE_PORT: '1' }, 1, ['trying again', '127.0.0.1:1', 'DATABASE_PORT']],
    ['a wrong password', [], { DATABASE_PASSWORD: 'wrong' }, 1, ['refuses user', 'DATABASE_PASSWORD']],
    ['a table that is not there', ['--table', 'nowhere'], {}, 2, ['no table nowhere', '--table']],
    ['a table of another kind', ['--table', 'patients_information'], {}, 2, ['no column heartBeat, bp']],
    ['a bad interval', ['--interval', 'soon'], {}, 2, ['--interval expects a duration']],
    ['a topic that cannot be', ['--topic', 'my topic!'], {}, 2, ["option '--topic <name>' argument 'my topic!'"]],
    ['options that exclude each other', ['--once', '--follow'], {}, 2, ['--once and --follow']],
    ['an unknown option', ['--faster'], {}, 2, ['--faster']],
    ['a setting that is missing', [], { KAFKA_BROKERS: '' }, 2, ['KAFKA_BROKERS is not set', 'npm run stack']],
  ] as const) {
    it(`ends with ${code} and names the setting: ${what}`, async () => {
      const { code: exitCode, lines, stderr } = await startProducer({ ...environment, ...overrides }, ...args).ended;
      for (const text of expected) expect(stderr).to.include(text);
      expect(stderr).to.not.match(/\n\s+at /);
      expect(lines).to.deep.equal([]);
      expect(exitCode).to.equal(code);
    });
  }
});
