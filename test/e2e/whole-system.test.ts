import { fail } from 'node:assert/strict';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { readLimits, readPatients } from '../../database/index.ts';
import { type Breach, judge, type Reading } from '../../jobs/alerts/limits.ts';
import { eventually } from '../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings, openSession } from '../helpers/jobs-surroundings.ts';
import type { ReadMessage } from '../helpers/kafka.ts';
import type { CaughtMail } from '../helpers/smtp.ts';
import { Command, endCommands, submitCommand } from '../helpers/submit.ts';

const READINGS = 1_800;
const BAD = [
  '',
  null,
  'no reading',
  '{"heartBeat":70.5,"bp":170,"customerId":1}',
  '{"heartBeat":70,"bp":170}',
  'x'.repeat(1_000_000),
];
const ROUNDS = 5;

interface Row extends Reading {
  readonly id: string;
  readonly recorded_at: string;
}

describe('the whole system', () => {
  let around: JobSurroundings;
  let spark: SparkSession;
  let rows: readonly Row[];
  let messages: readonly ReadMessage[];
  let sent: readonly string[];

  before(async function () {
    this.timeout(240_000);
    around = await createSurroundings('whole', { readings: READINGS });
    spark = await openSession();
    const [found] = await around.connection.query<(RowDataPacket & Row)[]>(
      'SELECT id, customerId, heartBeat, bp, recorded_at FROM patients_vital_info ORDER BY id',
    );
    rows = found;
    const jobs = submitCommand(
      ['patient-vitals', 'vital-alerts', '--json', '--trigger', '500 milliseconds'],
      around.environment,
    );
    await jobs.running(4);
    const producer = new Command('producer/main.ts', ['--interval', '2ms'], around.environment);
    for (let round = 1; round <= ROUNDS; round++) {
      await producer.until(
        ({ lines }) => lines.length >= (READINGS / (ROUNDS + 1)) * round,
        `round ${round} of bad messages`,
      );
      await around.writer.raw(...BAD.map((value, index) => ({ value, partition: index % 3 })));
    }
    const { code, stdout, stderr } = await producer.ended;
    expect(code, stderr).to.equal(0);
    sent = stdout.split('\n');
    // Spark tells each query's lag; what was written last is read by all when the archives hold everything.
    const all = READINGS + ROUNDS * BAD.length;
    for (const query of ['patient-vitals-archive', 'patient-vitals-quarantine', 'vital-alerts']) {
      await jobs.until(() => jobs.rowsOf(query) >= all, `${query} to read ${all} messages`);
    }
    const ended = await jobs.interrupt();
    expect(ended.code, ended.stderr).to.equal(130);
    messages = await around.topic.read();
  });

  after(async () => {
    await endCommands();
    await spark?.stop();
    await around?.close();
  });

  const isReading = ({ headers }: ReadMessage) => headers.source_id !== undefined;
  const at = (variable: string) => `${around.environment.HDFS_URL}${around.environment[variable]}`;

  it('puts every row of the database once into the topic: bytes, key, headers, and in order for each patient', () => {
    expect(rows).to.have.length(READINGS);
    const expected = rows.map(({ id, customerId, heartBeat, bp, recorded_at: recordedAt }) => ({
      key: String(customerId),
      value: `{"heartBeat":${heartBeat},"bp":${bp},"customerId":${customerId}}`,
      headers: { source_id: id, recorded_at: `${recordedAt.replace(' ', 'T')}Z` },
    }));
    const found = messages.filter(isReading).map(({ key, value, headers }) => ({ key, value, headers }));
    const byId = (left: { headers: Readonly<Record<string, string>> }, right: typeof left) =>
      Number(left.headers.source_id) - Number(right.headers.source_id);
    expect(found.toSorted(byId)).to.deep.equal(expected);
    for (const key of new Set(found.map((message) => message.key))) {
      const ids = messages
        .filter((message) => isReading(message) && message.key === key)
        .map(({ headers }) => Number(headers.source_id));
      expect(ids, `order of patient ${key}`).to.deep.equal(ids.toSorted((a, b) => a - b));
    }
    expect(sent).to.deep.equal(expected.map(({ value }) => value));
  });

  it('archives every reading once, and puts every bad message once into quarantine, so that both are the topic', async () => {
    const parquet = await spark.read.parquet(at('VITALS_DIR')).collect<Reading>();
    const text = ({ customerId, heartBeat, bp }: Reading) => `${customerId} ${heartBeat} ${bp}`;
    expect(parquet.map(text).sort()).to.deep.equal(rows.map(text).sort());

    const quarantine = await spark.read
      .parquet(at('QUARANTINE_DIR'))
      .collect<{ partition: number; offset: bigint; value: Uint8Array | null; reason: string }>();
    const bad = messages.filter((message) => !isReading(message));
    const place = ({ partition, offset }: { partition: number; offset: bigint }) => `${partition}/${offset}`;
    const quarantined = new Map(quarantine.map((row) => [place(row), row.value && Buffer.from(row.value).toString()]));
    expect(quarantine).to.have.length(ROUNDS * BAD.length);
    expect(quarantined).to.deep.equal(new Map(bad.map((message) => [place(message), message.value])));
    expect(quarantine.every(({ reason }) => reason.length > 0)).to.equal(true);
    expect(parquet.length + quarantine.length).to.equal(messages.length);
  });

  it('mails exactly what the rules say: each mail tells of the next readings out of limits, none is missing, none too much', async () => {
    const [limits, patients] = [await readLimits(around.connection), await readPatients(around.connection)];
    const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
    const doctors = new Map(patients.map(({ customerId, doctorEmail }) => [customerId, doctorEmail]));
    const open = new Map<string, Breach[]>();
    for (const row of rows) {
      for (const breach of judge(row, limits, (id) => ages.get(id)).breaches) {
        const kind = `${breach.customerId} ${breach.attribute} ${breach.direction}`;
        open.set(kind, [...(open.get(kind) ?? []), breach]);
      }
    }
    const expected = [...open.values()].reduce((sum, breaches) => sum + breaches.length, 0);
    expect(expected, 'readings out of limits').to.be.greaterThan(200);
    let mailed = 0;
    for (const caught of around.mail.mails) {
      const { kind, count, worst, direction } = toldBy(caught);
      const covered = open.get(kind)?.splice(0, count) ?? fail(`nothing of ${kind} was out of limits`);
      const values = covered.map(({ value }) => value);
      expect(values, `${kind}: a mail tells of ${count} readings`).to.have.length(count);
      expect(worst, kind).to.equal(direction === 'low' ? Math.min(...values) : Math.max(...values));
      expect(caught.to).to.deep.equal([doctors.get(Number(kind.split(' ')[0]))]);
      mailed += count;
    }
    expect([...open].filter(([, left]) => left.length > 0)).to.deep.equal([]);
    expect(mailed).to.equal(expected);
    const ids = around.mail.mails.map(({ mail }) => mail.messageId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('leaves nothing running', async () => {
    const { stdout } = await new Command('jobs/status.ts', [], around.environment).ended;
    expect(stdout)
      .to.match(/^patient-vitals +not running$/m)
      .and.match(/^vital-alerts +not running$/m);
    await eventually(async () => (await spark.streams.active()).length === 0, 'no query');
  });
});

function toldBy({ mail }: CaughtMail) {
  const text = mail.text ?? '';
  const [, attribute, direction = ''] =
    /^(?:CRITICAL: )?(Heart beat|Blood pressure) too (low|high)/m.exec(text) ?? fail(text);
  const number = (label: string) =>
    Number(new RegExp(`^${label}: +(\\d+)`, 'm').exec(text)?.[1] ?? fail(`${label}: ${text}`));
  const kind = `${number('Patient')} ${attribute === 'Heart beat' ? 'heartBeat' : 'bp'} ${direction}`;
  return {
    kind,
    count: number('Readings out of range'),
    worst: number('(?:Value|Highest value|Lowest value)'),
    direction,
  };
}
