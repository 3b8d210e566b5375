import { expect } from 'chai';
import kafkajs from 'kafkajs';
import type { RowDataPacket } from 'mysql2/promise';
import { readingMessage } from '../../../producer/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { endCommands, submitCommand } from '../../helpers/submit.ts';

const HOUR = 3_600_000;
/** Heart beats. */
const [low, fine] = [30, 72];

/** A monitor's clock that was set wrong and then right: back by an hour, on by a day, back again. */
const SET_TWICE = Date.UTC(2026, 5, 1, 12);
/** In Berlin the hour from 02:00 comes twice on that night: these two readings both have 02:30 on the clock on the wall. */
const AUTUMN = Date.UTC(2025, 9, 26, 0, 30);
/** And there is no 02:30 on that one. */
const SPRING = Date.UTC(2026, 2, 29, 2, 30);

describe('vital-alerts, times that jump, and clocks on the wall that change', () => {
  let around: JobSurroundings;

  before(async () => {
    around = await createSurroundings('times');
    // Kafka goes by the messages' own times, too: every five minutes it would delete what these say is months old.
    const keepAll = [{ name: 'retention.ms', value: '-1' }];
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: around.topic.name, configEntries: keepAll };
    await around.topic.admin.alterConfigs({ validateOnly: false, resources: [resource] });
  });

  after(async () => {
    await endCommands();
    await around.close();
  });

  it('judges readings in their order, tells of each episode once, and writes and tells times in UTC', async () => {
    const beats: readonly (readonly [customerId: number, heartBeat: number, atMs: number])[] = [
      [1, low, SET_TWICE],
      [1, low, SET_TWICE - HOUR],
      [1, low, SET_TWICE + 24 * HOUR],
      [1, low, SET_TWICE + 1_000],
      [1, fine, SET_TWICE + 2_000],
      [1, fine, SET_TWICE - HOUR],
      [1, fine, SET_TWICE + 3_000],
      [4, low, AUTUMN],
      [4, low, AUTUMN + HOUR],
      [5, low, SPRING],
    ];
    const producer = around.topic.kafka.producer();
    await producer.connect();
    const messages = beats.map(([customerId, heartBeat, atMs]) => ({
      ...readingMessage({ customerId, heartBeat, bp: 170 }, { sourceId: undefined, recordedAt: undefined }),
      timestamp: String(atMs),
    }));
    await producer.send({ topic: around.topic.name, messages });
    await producer.disconnect();

    const job = submitCommand(['vital-alerts', '--json'], { ...around.environment, TZ: 'Europe/Berlin' });
    await job.until(() => job.rowsOf('vital-alerts') >= beats.length, 'all readings to be handled');
    await around.mail.arrived(3);
    await job.interrupted();

    // However the session's own clock is set.
    await around.connection.query("SET time_zone = '+02:00'");
    const [episodes] = await around.connection.query<RowDataPacket[]>(
      `SELECT customerId, phase, breaches, CAST(began_at AS CHAR) AS began, CAST(last_at AS CHAR) AS last,
              CAST(ended_at AS CHAR) AS ended FROM alert_episode ORDER BY customerId`,
    );
    expect(episodes).to.deep.equal([
      {
        customerId: 1,
        phase: 'ended',
        breaches: 4,
        began: '2026-06-01 12:00:00.000',
        last: '2026-06-02 12:00:00.000',
        ended: '2026-06-02 12:00:00.000',
      },
      {
        customerId: 4,
        phase: 'open',
        breaches: 2,
        began: '2025-10-26 00:30:00.000',
        last: '2025-10-26 01:30:00.000',
        ended: null,
      },
      {
        customerId: 5,
        phase: 'open',
        breaches: 1,
        began: '2026-03-29 02:30:00.000',
        last: '2026-03-29 02:30:00.000',
        ended: null,
      },
    ]);
    const [told] = await around.connection.query<RowDataPacket[]>(
      'SELECT customerId, kind FROM alert_outbox ORDER BY customerId, id',
    );
    expect(told.map(({ customerId, kind }) => `${customerId} ${kind}`)).to.deep.equal([
      '1 opened',
      '1 reminded',
      '1 recovered',
      '4 opened',
      '4 reminded',
      '5 opened',
    ]);
    const text = around.mail.mails.map(({ mail }) => mail.text).join('\n');
    expect(text).to.contain('2025-10-26 00:30:00').and.to.contain('2026-03-29 02:30:00');
  });

  it('judges readings with times that the database cannot hold, and goes on', async () => {
    const anyTime = [{ name: 'message.timestamp.after.max.ms', value: String(Number.MAX_SAFE_INTEGER) }];
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: around.topic.name, configEntries: anyTime };
    await around.topic.admin.alterConfigs({ validateOnly: false, resources: [resource] });
    const mailsBefore = around.mail.mails.length;
    const producer = around.topic.kafka.producer();
    await producer.connect();
    // What a clock that counts microseconds says, for milliseconds.
    const times = [Date.UTC(2026, 5, 1) * 1_000, 0, Date.UTC(2026, 5, 3)];
    const messages = times.map((atMs, index) => ({
      ...readingMessage(
        { customerId: 1 + index, heartBeat: 20, bp: 170 },
        { sourceId: undefined, recordedAt: undefined },
      ),
      timestamp: String(atMs),
    }));
    await producer.send({ topic: around.topic.name, messages });
    await producer.disconnect();
    const job = submitCommand(['vital-alerts', '--json'], around.environment);
    await job.until(() => job.rowsOf('vital-alerts') >= times.length, 'the readings to be handled');
    await around.mail.arrived(mailsBefore + 1);
    await job.interrupted();
    const [episodes] = await around.connection.query<RowDataPacket[]>(
      'SELECT customerId, CAST(began_at AS CHAR) AS began FROM alert_episode WHERE worst_value = 20 ORDER BY customerId',
    );
    expect(episodes.map(({ customerId, began }) => `${customerId} ${began}`)).to.deep.equal([
      '1 9999-12-31 00:00:00.000',
      '2 1970-01-01 00:00:00.000',
      '3 2026-06-03 00:00:00.000',
    ]);
  });

  it('takes nobody for silent because the clock of the producer is behind, and everybody who is', async () => {
    const silentAfterMs = 4_000;
    const environment = {
      ...around.environment,
      ALERT_SILENT_AFTER: `${silentAfterMs}ms`,
      OPERATOR_EMAIL: 'ops@example.org',
    };
    const job = submitCommand(['vital-alerts', '--json'], environment);
    await job.running(1);
    const silences = () => around.mail.mails.filter(({ mail }) => /no readings come any more/.test(mail.subject ?? ''));
    const begunAt = Date.now();
    // So long that a silence would be noticed twice over.
    for (let sent = 1; Date.now() - begunAt < 3 * silentAfterMs; sent++) {
      const timestamp = String(Date.now() - 10 * 60_000);
      const message = readingMessage(
        { customerId: 5, heartBeat: fine, bp: 170 },
        { sourceId: undefined, recordedAt: undefined },
      );
      await around.writer.timed([{ ...message, timestamp }]);
      await job.until(() => job.rowsOf('vital-alerts') >= sent, `${sent} readings to be handled`);
    }
    const isOfFive = ({ mail }: { mail: { text?: string } }) => /Patient 5:/.test(mail.text ?? '');
    expect(silences().filter(isOfFive)).to.deep.equal([]);
    await eventually(() => Promise.resolve(silences().some(isOfFive)), 'the notice that patient 5 has fallen silent');
    expect(around.mail.mails.filter(({ mail }) => /readings come again/.test(mail.subject ?? ''))).to.deep.equal([]);
    await job.interrupted();
  });
});
