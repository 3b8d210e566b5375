import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { usePreset } from '../../database/index.ts';
import { encodeReading } from '../../producer/index.ts';
import { type ExpectedEpisode, expectedEpisodes, type ModelReading, RULES } from '../faults/suite/model.ts';
import { vitals, wardOf } from '../faults/suite/readings.ts';
import { eventually } from './eventually.ts';
import type { JobSurroundings } from './jobs-surroundings.ts';
import { readTopic } from './kafka.ts';

const WARD = wardOf(1);
/** Between two readings, by Kafka's time: an excursion then lasts long enough to be told of again. */
const STEP_MS = 300;

/** Patients with excursions, and what must become of their readings by a second opinion. */
export class WardOnTopic {
  readonly #around: JobSurroundings;
  readonly #rows;
  readonly #sent: ModelReading[] = [];
  #atMs = Date.now() - 600_000;

  private constructor(around: JobSurroundings, seed: number) {
    this.#around = around;
    this.#rows = vitals(WARD, seed);
  }

  static async admit(around: JobSurroundings, seed: number): Promise<WardOnTopic> {
    await usePreset(around.connection, 'news2');
    await around.connection.query(
      'INSERT INTO patients_information (customerId, name, age, ward, doctor_name, doctor_email) VALUES ?',
      [WARD.patients.map((one) => [one.customerId, 'Demo Patient', one.age, one.ward, 'Dr. Alder', one.doctorEmail])],
    );
    return new WardOnTopic(around, seed);
  }

  /** The settings under which the second opinion holds. */
  get environment(): Readonly<Record<string, string>> {
    return {
      ...this.#around.environment,
      ALERT_OPEN_AFTER: String(RULES.openAfter),
      ALERT_RECOVER_AFTER: String(RULES.recoverAfter),
      ALERT_REPEAT_INTERVAL: `${RULES.repeatIntervalMs / 1_000}s`,
    };
  }

  get sent(): number {
    return this.#sent.length;
  }

  /** Sends the next readings of all patients in turn. */
  async send(count: number): Promise<void> {
    const readings: ModelReading[] = [];
    while (readings.length < count) {
      const { customerId, heartBeat, bp } = this.#rows.next().value;
      const isReading = heartBeat !== null && bp !== null && bp >= 1 && bp <= 400;
      if (!isReading || customerId === WARD.unknownId) continue;
      this.#atMs += STEP_MS;
      readings.push({ customerId, heartBeat, bp, atMs: this.#atMs });
    }
    await this.#around.writer.timed(
      readings.map((one) => ({ key: String(one.customerId), value: encodeReading(one), timestamp: String(one.atMs) })),
    );
    this.#sent.push(...readings);
  }

  /** Waits until all that was sent has been applied, and all that is to be told has been mailed. */
  async settled(): Promise<void> {
    const { connection, topic } = this.#around;
    const latest = new Date(this.#atMs).toISOString().slice(0, 23).replace('T', ' ');
    const waiting = async () => {
      const [[state]] = await connection.query<(RowDataPacket & { newest: string | null; untold: string })[]>(
        `SELECT (SELECT MAX(newest_at) FROM alert_progress WHERE topic = ?) AS newest,
                (SELECT COUNT(*) FROM alert_outbox WHERE topic = ? AND state <> 'sent') AS untold`,
        [topic.name, topic.name],
      );
      return state?.newest === latest && Number(state.untold) === 0;
    };
    await eventually(() => waiting().catch(() => false), 'all readings to be applied and told of');
  }

  expected(): readonly ExpectedEpisode[] {
    return inOrder(expectedEpisodes(this.#sent));
  }

  /** The episodes that have opened, as the database has them, with the kinds of what was told. */
  async found(): Promise<readonly ExpectedEpisode[]> {
    const { connection, topic } = this.#around;
    const [episodes] = await connection.query<(RowDataPacket & Omit<ExpectedEpisode, 'told'> & { id: string })[]>(
      `SELECT id, customerId, attribute, direction, severity, worst_value AS worst, breaches, phase = 'ended' AS ended
         FROM alert_episode WHERE topic = ? AND phase <> 'pending' ORDER BY began_at`,
      [topic.name],
    );
    const [told] = await connection.query<(RowDataPacket & { id: string; kind: string })[]>(
      'SELECT episode_id AS id, kind FROM alert_outbox WHERE topic = ? ORDER BY id',
      [topic.name],
    );
    return inOrder(
      episodes.map(({ id, ended, ...episode }) => ({
        ...episode,
        ended: Boolean(Number(ended)),
        told: told.filter((one) => one.id === id).map(({ kind }) => kind),
      })),
    );
  }

  /** Fails unless all that was sent has come to what the second opinion says, and each notification stood in one mail. */
  async expectToldOnce(): Promise<void> {
    const expected = this.expected();
    expect(expected.length).to.be.greaterThan(5);
    expect(await this.found()).to.deep.equal(expected);
    const told = expected.reduce((sum, episode) => sum + episode.told.length, 0);
    expect([...this.mailed().values()]).to.deep.equal(Array.from({ length: told }, () => 1));
  }

  /** Fails unless Spark has written some of the readings again: a test that is about it would show nothing otherwise. */
  async expectWrittenAgain(): Promise<void> {
    const { kafka, admin, name } = this.#around.topic;
    expect((await readTopic(kafka, admin, `${name}-alerts`)).length).to.be.greaterThan(this.sent);
  }

  /** How often each notification was mailed; mails with one Message-ID are one mail. */
  mailed(): ReadonlyMap<string, number> {
    const mails = new Map(this.#around.mail.mails.map(({ mail }) => [mail.messageId, mail]));
    const times = new Map<string, number>();
    for (const { headers } of mails.values()) {
      for (const key of String(headers.get('x-instant-health-notifications')).split(' ')) {
        times.set(key, (times.get(key) ?? 0) + 1);
      }
    }
    return times;
  }
}

/** By whom and what; episodes of one kind keep their order. */
function inOrder(episodes: readonly ExpectedEpisode[]): readonly ExpectedEpisode[] {
  const key = ({ customerId, attribute, direction }: ExpectedEpisode) => `${customerId} ${attribute} ${direction}`;
  return [...episodes].sort((left, right) => key(left).localeCompare(key(right)));
}
