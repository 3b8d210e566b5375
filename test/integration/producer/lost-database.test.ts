import { expect } from 'chai';
import { demoReadings, insertReadings } from '../../../database/index.ts';
import {
  encodeReading,
  OrderedRowFeed,
  pump,
  Source,
  START_POSITION,
  TransactionalSink,
} from '../../../producer/index.ts';
import { createLogger, databaseSettings, kafkaSettings, OperatorError } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { createTestTopic, type TestTopic } from '../../helpers/kafka.ts';
import { TcpProxy } from '../../helpers/tcp-proxy.ts';

describe('a producer that loses its database', () => {
  let database: TestDatabase;
  let topic: TestTopic;
  let proxy: TcpProxy;
  let sink: TransactionalSink;
  const logged: string[] = [];
  const logger = createLogger({ name: 'test', json: false, destination: { write: (text) => logged.push(text) } });
  const readings = demoReadings({ count: 600 });

  beforeEach(async () => {
    logged.length = 0;
    database = await createTestDatabase('lost');
    topic = await createTestTopic('lost');
    proxy = await TcpProxy.start(database.settings);
    const { signal } = new AbortController();
    sink = await TransactionalSink.open(kafkaSettings(topic.environment), {
      source: 'test',
      retries: 5,
      signal,
      logger,
    });
    await insertReadings(database.connection, readings);
  });
  afterEach(async () => {
    await sink.close();
    await proxy.close();
    await topic.drop();
    await database.drop();
  });

  const run = async (
    retries: number,
    onSent: (sent: number) => void,
    { signal = new AbortController().signal, queryLimitMs = 10_000 } = {},
  ) => {
    const settings = databaseSettings({ ...database.environment, DATABASE_PORT: String(proxy.port) });
    const source = await Source.open(settings, {
      table: 'patients_vital_info',
      pageRows: 50,
      retries,
      queryLimitMs,
      signal,
      logger,
    });
    let sent = 0;
    try {
      const feed = await OrderedRowFeed.open(source, {
        start: START_POSITION,
        follow: false,
        lagWindowMs: 1_000,
        signal,
        logger,
      });
      return await pump(feed, sink, {
        table: 'patients_vital_info',
        intervalMs: 0,
        limit: Number.POSITIVE_INFINITY,
        transactionRows: 50,
        onSent: (values) => {
          sent += values.length;
          onSent(sent);
        },
        signal,
        logger,
      });
    } finally {
      await source.close();
    }
  };

  it('says so, waits, and goes on where it was: every row once, nothing else', async () => {
    const result = await run(10, (sent) => {
      if (sent !== 200) return;
      const refused = proxy.refusing();
      proxy.cut();
      refused.then(() => proxy.mend());
    });
    expect(result).to.include({ sent: 600, rejected: 0, lastId: '600' });
    expect(proxy.refused).to.be.at.least(1);
    expect(logged.join('')).to.include('trying again');
    const values = (await topic.read()).map(({ value }) => value);
    expect(values.toSorted()).to.deep.equal(readings.map(encodeReading).toSorted());
  });

  it('notices a connection on which nothing comes any more, and goes on over a new one', async () => {
    const silenceOnce = (sent: number) => {
      if (sent === 200) proxy.silence();
    };
    const result = await run(10, silenceOnce, { queryLimitMs: 500 });
    expect(result).to.include({ sent: 600, rejected: 0, lastId: '600' });
    expect(logged.join('')).to.match(/does not answer a query; trying again/);
    const values = (await topic.read()).map(({ value }) => value);
    expect(values.toSorted()).to.deep.equal(readings.map(encodeReading).toSorted());
  });

  it('ends when it is told to while nothing comes', async () => {
    const controller = new AbortController();
    const running = run(
      10,
      (sent) => {
        if (sent === 200) {
          proxy.silence();
          // By then the next page was asked for.
          setTimeout(() => controller.abort(new Error('Ctrl-C')), 300);
        }
      },
      { signal: controller.signal, queryLimitMs: 60_000 },
    );
    const { sent } = await running;
    expect(sent).to.be.within(200, 300);
    expect(await topic.read()).to.have.length(sent);
  });

  it('gives up with a clear error after the last attempt, and everything before it is in the topic', async () => {
    let sent = 0;
    const failed = await run(2, (count) => {
      sent = count;
      if (count === 200) proxy.cut();
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(OperatorError);
    expect(failed).to.have.property('message').that.includes(`127.0.0.1:${proxy.port}`);
    const messages = await topic.read();
    expect(messages).to.have.length(sent);
    const ids = messages.map(({ headers }) => Number(headers.source_id)).sort((left, right) => left - right);
    expect(ids).to.deep.equal(Array.from({ length: sent }, (_, index) => index + 1));
  });
});
