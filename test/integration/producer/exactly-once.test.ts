import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { demoReadings, insertReadings, seededRandom } from '../../../database/index.ts';
import { positionTopic } from '../../../producer/index.ts';
import type { Environment } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { expectEachRowOnce } from '../../helpers/database-produced.ts';
import { type ProducerProcess, startProducer } from '../../helpers/database-producer.ts';
import { createTestTopic, readTopic, type TestTopic } from '../../helpers/kafka.ts';

const SEED = 20_261_123;

describe('a producer that is killed, fenced or started again', () => {
  let database: TestDatabase;
  let topic: TestTopic;
  let environment: Environment;
  const started: ProducerProcess[] = [];

  beforeEach(async () => {
    database = await createTestDatabase('once');
    topic = await createTestTopic('once');
    environment = { ...database.environment, KAFKA_TOPIC: topic.name };
  });
  afterEach(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.splice(0).map(({ ended }) => ended));
    await topic.drop();
    await database.drop();
  });

  const produce = (...args: string[]) => {
    const running = startProducer(environment, ...args);
    started.push(running);
    return running;
  };
  const insert = (count: number, seed = 1) => insertReadings(database.connection, demoReadings({ count, seed }));

  it('goes on after the last row that was sent; --from says what it replaces; --from start sends all again', async () => {
    await insert(30);
    expect((await produce('--unthrottled', '--limit', '12').ended).lines).to.have.length(12);
    const second = await produce('--unthrottled').ended;
    expect(second.stderr).to.include('going on after row 12');
    expect(second.lines).to.have.length(18);
    await expectEachRowOnce(database.connection, topic);
    await insert(5, 2);
    expect((await produce('--unthrottled').ended).lines).to.have.length(5);
    const nothing = await produce('--unthrottled').ended;
    expect(nothing).to.include({ code: 0 });
    expect(nothing.stderr).to.include('going on after row 35').and.to.include('0 readings sent');
    await expectEachRowOnce(database.connection, topic);

    const from = await produce('--unthrottled', '--from', '34').ended;
    expect(from.stderr).to.include('starting at row 34 instead of after row 35');
    expect(from.lines).to.have.length(2);
    const beyond = await produce('--unthrottled', '--from', '37').ended;
    expect(beyond.code).to.equal(2);
    expect(beyond.stderr).to.include('--from 37 is beyond table patients_vital_info, which ends at 35');
    // And nothing has come of it.
    expect((await produce('--unthrottled').ended).stderr).to.include('going on after row 35');
    const again = await produce('--unthrottled', '--from', 'start', '--limit', '1').ended;
    expect(again.stderr).to.include('starting at the first row instead of after row 35');
    expect((await produce('--unthrottled').ended).stderr)
      .to.include('going on after row 1')
      .and.include('34 readings');
  });

  it('keeps a position for each source, and hints at one under another name', async () => {
    await insert(3);
    await produce('--unthrottled').ended;
    const other = await produce('--unthrottled', '--source', 'ward-a').ended;
    expect(other.stderr).to.match(/holds rows of \S+\/patients_vital_info, but none of ward-a: .*--source/);
    expect(other.lines).to.have.length(3);
    expect((await produce('--unthrottled', '--source', 'ward-a').ended).lines).to.have.length(0);
  });

  it('refuses a table that ends below the position, since its new rows would count as sent', async () => {
    await insert(10);
    await produce('--unthrottled').ended;
    await database.connection.query('TRUNCATE patients_vital_info');
    await insert(4);
    const refused = await produce('--unthrottled').ended;
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include('sent up to id 10, but it ends at 4').and.to.include('--from start');
  });

  for (const [mode, args, kills, count] of [
    ['unthrottled', ['--unthrottled'], 8, 40_000],
    ['throttled', ['--interval', '3ms'], 6, 2_400],
  ] as const) {
    it(`loses and doubles nothing over ${kills} SIGKILLs at random moments, ${mode}`, async () => {
      const random = seededRandom(SEED);
      for (let kill = 0; kill < kills; kill++) {
        await insert(count / kills, kill + 1);
        const running = produce(...args, '--follow');
        // Some die while they start, most while they send: after a number of messages and a moment.
        if (random() < 0.2) await delay(300 + random() * 900);
        else {
          await running.printed(1 + Math.floor(random() * 20));
          await delay(random() * 60);
        }
        running.child.kill('SIGKILL');
        await running.ended;
      }
      expect(await produce('--unthrottled', '--quiet').ended).to.include({ code: 0 });
      await expectEachRowOnce(database.connection, topic);
    });
  }

  it('undoes what was sent but not committed: killed between the last message and the commit', async () => {
    await insert(200);
    await produce('--unthrottled', '--limit', '50').ended;
    const { settings } = database;
    const source = `${settings.host}:${settings.port}/${settings.database}/patients_vital_info`;
    const dead = topic.kafka.producer({
      transactionalId: `instant-health-producer/${topic.name}/${source}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await dead.connect();
    const transaction = await dead.transaction();
    const messages = Array.from({ length: 50 }, (_, index) => {
      return { key: '1', value: '{}', headers: { source_id: String(index + 51) } };
    });
    await transaction.sendBatch({
      topicMessages: [
        { topic: topic.name, messages },
        {
          topic: positionTopic(topic.name),
          messages: [{ key: source, value: '{"version":1,"after":"100","gaps":[]}' }],
        },
      ],
    });
    // It ends without a word, as by SIGKILL: the broker keeps its transaction open.
    await dead.disconnect();
    expect(await produce('--unthrottled').ended).to.include({ code: 0 });
    await expectEachRowOnce(database.connection, topic);
    const values = await readTopic(topic.kafka, topic.admin, positionTopic(topic.name));
    expect(values.filter(({ value }) => value?.includes('"after":"100"'))).to.deep.equal([]);
  });

  it('is fenced by a second producer: says who, ends with 1, and the second sends each row once', async () => {
    await insert(20);
    const first = produce('--follow', '--interval', '5ms');
    await first.printed(5);
    const second = produce('--follow', '--interval', '5ms');
    await second.saying(/going on after row/);
    await insert(20, 2);
    const { code, stderr, lines } = await first.ended;
    expect(stderr).to.match(/ProducerFenced: another producer \(process \d+ on /);
    expect(stderr).to.include(`process ${second.child.pid} on `);
    expect(code).to.equal(1);
    await second.printed(40 - lines.length);
    await expectEachRowOnce(database.connection, topic);
  });

  it('does no harm when it was frozen and another took over', async () => {
    await insert(20);
    const frozen = produce('--follow', '--unthrottled');
    await frozen.printed(20);
    frozen.child.kill('SIGSTOP');
    await insert(20, 2);
    const second = produce('--follow', '--unthrottled');
    await second.printed(20);
    await insert(1_000, 3);
    frozen.child.kill('SIGCONT');
    const { code, stderr } = await frozen.ended;
    expect(code).to.equal(1);
    expect(stderr).to.include('ProducerFenced');
    await second.printed(1_020);
    expect(second.child.exitCode).to.equal(null);
    await expectEachRowOnce(database.connection, topic);
  });

  describe('ids that become visible out of order', () => {
    const inTransaction = async (count: number, act: () => Promise<void>, end: 'COMMIT' | 'ROLLBACK') => {
      const other = await database.connect();
      try {
        await other.beginTransaction();
        await insertReadings(other, demoReadings({ count, seed: 9 }));
        await act();
        await other.query(end);
      } finally {
        await other.end();
      }
    };

    it('sends a row that commits after later ones, once', async () => {
      const running = produce('--follow', '--unthrottled');
      await inTransaction(
        3,
        async () => {
          await insert(5, 2);
          await running.printed(5);
        },
        'COMMIT',
      );
      await running.printed(8);
      await insert(4, 3);
      await running.printed(12);
      running.child.kill('SIGTERM');
      expect((await running.ended).code).to.equal(130);
      await expectEachRowOnce(database.connection, topic, { inOrder: false });
    });

    it('remembers them over a SIGKILL, and waits for them at the end of --once', async () => {
      let running: ProducerProcess | undefined;
      await inTransaction(
        3,
        async () => {
          await insert(5, 2);
          const killed = produce('--once', '--unthrottled');
          await killed.saying(/rows 1–3 are missing/);
          killed.child.kill('SIGKILL');
          await killed.ended;
          running = produce('--once', '--unthrottled');
          await running.saying(/going on after row 8, with 1 ranges of missing ids/);
          await running.saying(/rows 1–3 are missing/);
        },
        'COMMIT',
      );
      expect(await running?.ended).to.include({ code: 0 });
      await expectEachRowOnce(database.connection, topic, { inOrder: false });
    });

    it('takes rows that never come for rolled back after the window, and says so once', async () => {
      await inTransaction(3, () => insert(5, 2), 'ROLLBACK');
      const first = await produce('--once', '--unthrottled', '--lag-window', '1s').ended;
      expect(first.code).to.equal(0);
      expect(first.stderr).to.include('rows 1–3 never appeared: taken for rolled back');
      const second = await produce('--once', '--unthrottled').ended;
      expect(second.stderr).to.include('going on after row 8').and.not.include('missing');
      await expectEachRowOnce(database.connection, topic);
    });
  });
});
