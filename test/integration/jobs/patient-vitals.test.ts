import { readFile } from 'node:fs/promises';
import { type DataFrame, functions as F, type SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { readStackState } from '../../../settings/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import {
  createSurroundings,
  type JobSurroundings,
  openSession,
  sparkVersion,
} from '../../helpers/jobs-surroundings.ts';
import { type Command, endCommands, run, submitCommand } from '../../helpers/submit.ts';

const BAD = [
  'nonsense',
  '',
  null,
  '{"heartBeat":70,"bp":170}',
  '{"heartBeat":999,"bp":170,"customerId":1}',
  'nonsense',
];

describe('patient-vitals', () => {
  let around: JobSurroundings;
  let spark: SparkSession;
  let job: Command;

  before(async () => {
    around = await createSurroundings('vitals');
    spark = await openSession();
    job = submitCommand(['patient-vitals', '--json', '--trigger', '500 milliseconds'], around.environment);
    await job.running(3);
    // The console shows what comes after its start: from its first batch on.
    await around.writer.readings([{ customerId: 4, heartBeat: 71, bp: 160 }]);
    await job.until(() => job.rowsOf('patient-vitals-archive') >= 1, 'the first batch');
  });

  after(async () => {
    await endCommands();
    await spark.stop();
    await around.close();
  });

  const at = (variable: string) => `${around.environment.HDFS_URL}${around.environment[variable]}`;
  const vitals = (): DataFrame => spark.read.parquet(at('VITALS_DIR'));

  it('puts every message of the topic once into parquet or quarantine', async () => {
    const readings = Array.from({ length: 200 }, (_, index) => {
      return { customerId: (index % 7) + 1, heartBeat: 60 + (index % 30), bp: 100 + index };
    });
    await around.writer.readings(readings.slice(0, 100));
    await around.writer.raw(...BAD.map((value) => ({ value })));
    await around.writer.readings(readings.slice(100));
    await job.until(
      () => job.rowsOf('patient-vitals-archive') >= 207 && job.rowsOf('patient-vitals-quarantine') >= 207,
      'all messages to be read',
    );
    const stored = await vitals().collect<{ customerId: number; heartBeat: number; bp: number }>();
    const text = ({ customerId, heartBeat, bp }: { customerId: number; heartBeat: number; bp: number }) =>
      `${customerId} ${heartBeat} ${bp}`;
    expect(stored.map(text).sort()).to.deep.equal(['4 71 160', ...readings.map(text)].sort());

    const unreadable = await spark.read
      .parquet(at('QUARANTINE_DIR'))
      .select('partition', 'offset', F.expr("decode(value, 'UTF-8')").as('text'), 'topic', 'reason')
      .collect<{ partition: number; offset: bigint; text: string | null; topic: string; reason: string }>();
    const sent = (await around.topic.read()).filter(({ value }) => BAD.includes(value));
    const place = ({ partition, offset }: { partition: number; offset: bigint }) => `${partition}/${offset}`;
    expect(unreadable.map((row) => [place(row), row.text, row.topic]).sort()).to.deep.equal(
      sent.map((message) => [place(message), message.value, around.topic.name]).sort(),
    );
    expect(unreadable.map(({ reason }) => reason).sort()).to.deep.equal([
      'customerId is missing',
      'empty message',
      'heartBeat is outside 1 to 350',
      'no value',
      'not a flat JSON object',
      'not a flat JSON object',
    ]);
  });

  it('has the columns customerId, heartBeat, bp and message_time, in this order, with the time of the batch', async () => {
    expect(
      await vitals()
        .schema()
        .then((schema) => schema.simpleString()),
    ).to.equal('struct<customerId:int,heartBeat:int,bp:int,message_time:timestamp>');
    const [times] = await vitals()
      .agg(F.min('message_time').as('first'), F.max('message_time').as('last'), F.count('message_time').as('all'))
      .collect<{ first: { toDate(): Date }; last: { toDate(): Date }; all: bigint }>();
    const ageMs = Date.now() - (times?.first.toDate().getTime() ?? 0);
    expect(ageMs).to.be.within(0, 120_000);
    expect(times?.all).to.equal(201n);
  });

  it('writes snappy parquet with the log of the file sink, and keeps its checkpoint apart', async () => {
    const names = await around.hdfs.names(around.environment.VITALS_DIR ?? '');
    expect(names).to.include('_spark_metadata');
    expect(
      names.filter((name) => name !== '_spark_metadata').every((name) => name.endsWith('.snappy.parquet')),
    ).to.equal(true);
    expect(await around.hdfs.names(around.environment.VITALS_CHECKPOINT ?? '')).to.include.members([
      'offsets',
      'commits',
    ]);
  });

  it('shows exactly the four columns on the console of the server', async () => {
    const log = readStackState()?.services[`spark-${sparkVersion()}`]?.log;
    if (log === undefined) throw new Error('the stack does not tell where the log of Spark is');
    await around.writer.readings([{ customerId: 4711, heartBeat: 72, bp: 171 }]);
    const file = log.replace(/\.log$/, '.out.log');
    const { lines, row } = await eventually(async () => {
      const lines = (await readFile(file, 'utf8')).split('\n');
      const row = lines.findLastIndex((line) => /^\|4711 +\|72 +\|171\|/.test(line));
      return row > 0 && { lines, row };
    }, 'the row on the console');
    const above = lines.slice(0, row).findLast((line) => line.startsWith('|customerId'));
    expect(above).to.match(/^\|customerId *\|heartBeat *\|bp *\|message_time *\|$/);
    expect(lines[row]).to.match(/^\|4711 *\|72 *\|171\|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? *\|$/);
  });

  it('tells of every batch: rows, rate, duration, lag', () => {
    const [batch] = job.json().filter(({ query, rows }) => query === 'patient-vitals-archive' && rows === 1);
    expect(batch).to.include.all.keys('query', 'batchId', 'rows', 'rowsPerSecond', 'durationMs', 'lag', 'at');
    expect(batch?.lag).to.be.a('number');
    expect(Number(batch?.durationMs)).to.be.greaterThan(0);
  });

  it('counts what is in quarantine by reason in status', async () => {
    const { stdout, code } = await run('jobs/status.ts', [], around.environment);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^patient-vitals +running/m);
    expect(stdout)
      .to.match(/quarantined, not a flat JSON object: 2$/m)
      .and.match(/quarantined, no value: 1$/m);
    expect(stdout).to.match(/patient-vitals-archive +batch \d+, \d+ rows in [\d.]+ s, lag \d+/);
  });

  it('goes on from its checkpoint after Ctrl-C, and archives once what came meanwhile', async () => {
    const ended = await job.interrupt();
    expect(ended.code, ended.stderr).to.equal(130);
    expect(ended.stderr).not.to.match(/error|Unhandled/i);
    const before = await vitals().count();
    await around.writer.readings([{ customerId: 5, heartBeat: 70, bp: 170 }]);
    job = submitCommand(['patient-vitals', '--json', '--trigger', '500 milliseconds'], around.environment);
    await job.until(() => job.rowsOf('patient-vitals-archive') >= 1, 'the reading that came meanwhile');
    expect((await vitals().count()) - before).to.equal(1);
  });
});
