import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { readLimits, readPatients } from '../../database/index.ts';
import type { Reading } from '../../jobs/alerts/limits.ts';
import { excursionsOf, kindOf, lengthOf, toldExcursions } from '../../scripts/demo/excursions.ts';
import { stackDirectory } from '../../settings/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings, openSession } from '../helpers/jobs-surroundings.ts';
import type { ReadMessage } from '../helpers/kafka.ts';
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
/** Goes to Spark with every call; this server asks for none. */
const TOKEN = 'spark-token-4711';

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
  let outputs: readonly string[];

  before(async function () {
    this.timeout(240_000);
    around = await createSurroundings('whole', { readings: READINGS });
    spark = await openSession();
    const [found] = await around.connection.query<(RowDataPacket & Row)[]>(
      'SELECT id, customerId, heartBeat, bp, recorded_at FROM patients_vital_info ORDER BY id',
    );
    rows = found;
    const jobs = submitCommand(['patient-vitals', 'vital-alerts', '--json', '--trigger', '500 milliseconds'], {
      ...around.environment,
      SPARK_REMOTE: `${around.environment.SPARK_REMOTE}/;x-token=${TOKEN}`,
      // With everything that can be told, so that a secret in it would be found.
      DEBUG: '1',
      LOG_LEVEL: 'debug',
    });
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
    // A driver that is stopped sends the mail in hand, and leaves what waits behind it to the next one.
    await eventually(async () => (await waiting()) === 0, 'the outbox to be empty');
    const ended = await jobs.interrupt();
    expect(ended.code, ended.stderr).to.equal(130);
    outputs = [stdout, stderr, ended.stdout, ended.stderr];
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

  it('mails exactly what the rules say: begin and end of each excursion once, to the right doctor, and nothing else', async () => {
    const [limits, patients] = [await readLimits(around.connection), await readPatients(around.connection)];
    const doctors = new Map(patients.map(({ customerId, doctorEmail }) => [customerId, doctorEmail]));
    const { excursions, outOfLimits } = excursionsOf(rows, limits, patients);
    expect(outOfLimits, 'readings out of limits').to.be.greaterThan(200);
    const told = around.mail.mails.flatMap(({ mail, to }) =>
      toldExcursions(mail.text ?? '').map((excursion) => ({ ...excursion, to })),
    );
    expect(told.filter(({ begins }) => begins).map(kindOf)).to.have.members(excursions.map(kindOf));
    expect(told.filter(({ ends }) => ends).map(lengthOf)).to.have.members(
      excursions.filter(({ ended }) => ended).map(lengthOf),
    );
    for (const { customerId, to } of told) expect(to).to.deep.equal([doctors.get(customerId)]);
    const ids = around.mail.mails.map(({ mail }) => mail.messageId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  async function waiting(): Promise<number> {
    const [[row]] = await around.connection.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS number FROM alert_outbox WHERE state IN ('pending', 'sending')",
    );
    return Number(row?.number);
  }

  it('shows no secret in any output, nor in any log of the stack', function () {
    const folder = join(stackDirectory(), 'logs');
    // Containers, and services of others, keep their logs themselves.
    if (!existsSync(folder)) this.skip();
    const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
    expect(logs).to.include.members(['kafka.log', 'mariadb.log']);
    const { DATABASE_PASSWORD = '' } = around.environment;
    expect(DATABASE_PASSWORD).to.match(/.{16}/);
    const texts = [...outputs, ...logs.map((name) => readFileSync(join(folder, name), 'utf8'))];
    for (const secret of [DATABASE_PASSWORD, TOKEN]) {
      expect(texts.map((text) => text.includes(secret))).to.deep.equal(texts.map(() => false));
    }
  });

  it('leaves nothing running', async () => {
    const { stdout } = await new Command('jobs/status.ts', [], around.environment).ended;
    expect(stdout)
      .to.match(/^patient-vitals +not running$/m)
      .and.match(/^vital-alerts +not running$/m);
    await eventually(async () => (await spark.streams.active()).length === 0, 'no query');
  });
});
