import { randomBytes } from 'node:crypto';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { runDays } from '../../../jobs/compaction/ledger.ts';
import { LedgerFiles } from '../../../jobs/compaction/ledger-files.ts';
import { readArchive } from '../../../jobs/compaction/read-archive.ts';
import { DriverMark } from '../../../jobs/driver-mark.ts';
import { openJobSession } from '../../../jobs/job-session.ts';
import { plainServer } from '../../../jobs/targets/spark-server.ts';
import { type ArchiveSettings, createLogger, loadEnvironment } from '../../../settings/index.ts';
import { Hdfs } from '../../helpers/hdfs.ts';
import { openSession, sparkRemote } from '../../helpers/jobs-surroundings.ts';
import { SampleArchive, tally } from '../../helpers/sample-archive.ts';
import { endCommands, run, submitCommand } from '../../helpers/submit.ts';

describe('compact-vitals', () => {
  const hdfsUrl = String(loadEnvironment().HDFS_URL);
  const hdfs = new Hdfs();
  let spark: SparkSession;
  let folder: string;
  let sample: SampleArchive;
  let archive: ArchiveSettings;
  let environment: Record<string, string>;

  before(async () => {
    spark = await openSession();
  });

  after(() => spark.stop());

  beforeEach(async () => {
    folder = `/user/hadoop/instant-health/test-compact-vitals-${randomBytes(4).toString('hex')}`;
    sample = await SampleArchive.open(spark, hdfsUrl + folder);
    archive = { vitals: sample.vitals, compacted: `${hdfsUrl}${folder}/by-day` };
    environment = {
      SPARK_REMOTE: sparkRemote(),
      VITALS_DIR: `${folder}/vitals`,
      VITALS_CHECKPOINT: `${folder}/checkpoint-vitals`,
      ALERTS_CHECKPOINT: `${folder}/checkpoint-alerts`,
      QUARANTINE_DIR: `${folder}/quarantine`,
      COMPACTED_DIR: `${folder}/by-day`,
    };
  });

  afterEach(async () => {
    await endCommands();
    await hdfs.remove(folder);
  });

  const compact = (...args: string[]) => run('jobs/submit.ts', ['compact-vitals', ...args], environment);

  it('can be killed at any step: readers see each row once, and the next one goes on', async () => {
    await sample.add(
      { times: ['2026-11-20 10:00:00.000001'], rows: 7 },
      { times: ['2026-11-20 11:00:00.000002'], rows: 8 },
      { times: ['2026-11-21 12:00:00.000003'], rows: 9 },
    );
    const all = await tally(sample.whole());
    for (const step of [/reading new files/, /writing 2026-11-20/, /committing 2026-11-20/, /committing 2026-11-21/]) {
      const command = submitCommand(['compact-vitals'], environment);
      await command.line(step);
      command.kill('SIGKILL');
      expect((await command.ended).code).to.equal(137);
      expect(await tally(await readArchive(spark, archive)), String(step)).to.deep.equal(all);
    }
    const last = await compact();
    expect(last.code, last.stderr).to.equal(0);
    expect(last.stderr).to.match(/the process that ran it is gone/);
    expect(await tally(await readArchive(spark, archive))).to.deep.equal(all);
    const files = new LedgerFiles(spark, archive.compacted);
    const ledger = await files.read();
    expect(ledger.compactedFiles.size).to.equal(3);
    expect(await files.written(), last.stderr).to.have.deep.members(runDays(ledger));
    expect(await tally(spark.read.parquet(archive.compacted))).to.deep.equal(all);
  });

  it('shows what it would do, does it, tells where to read, and deletes old days with --yes only', async () => {
    await sample.add({ times: ['2020-01-01 10:00:00'], rows: 4 }, { times: ['2020-01-02 10:00:00'], rows: 3 });
    const dry = await compact('--dry-run');
    expect(dry.code, dry.stderr).to.equal(0);
    expect(dry.stdout).to.match(/COMPACTED_DIR +hdfs:\S+\/by-day$/m);
    expect(dry.stdout).to.match(/^2020-01-01: would copy 4 rows of 1 file$/m);
    expect(await hdfs.list(`${folder}/by-day`)).to.equal(undefined);

    const first = await compact('--json', '--older-than', '90d');
    expect(first.code, first.stderr).to.equal(0);
    const told = first.stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      told.filter(({ run: id }) => id !== undefined).map(({ date, files, rows }) => [date, files, rows]),
    ).to.deep.equal([
      ['2020-01-01', 1, 4],
      ['2020-01-02', 1, 3],
    ]);
    expect(told).to.deep.include({ job: 'compact-vitals', done: true, runs: 2, files: 2, rows: 7, waitingFiles: 0 });
    expect(told.map(({ wouldDelete }) => wouldDelete).filter(Boolean)).to.deep.equal(['2020-01-01', '2020-01-02']);
    expect(told).to.deep.include({ job: 'compact-vitals', liveFiles: 2 });
    expect(told.at(-1)).to.deep.equal({ job: 'compact-vitals', ...archive });
    expect(await (await readArchive(spark, archive)).count()).to.equal(7);

    const status = await run('jobs/status.ts', [], environment);
    expect(status.stdout).to.match(
      /^archive\n {2}2 days \(2020-01-01 to 2020-01-02\), 7 rows: hdfs:\S+\/by-day\n {2}0 files/m,
    );

    const second = await compact('--older-than', '90d', '--yes');
    expect(second.code, second.stderr).to.equal(0);
    expect(second.stdout)
      .to.match(/^nothing to compact$/m)
      .and.match(/^2020-01-01: deleting 1 file, 4 rows, [\d,]+ bytes$/m);
    expect(second.stdout).to.match(/^2 days deleted$/m);
    expect(await (await readArchive(spark, archive)).count()).to.equal(0);
  });

  it('ends with 130 on Ctrl-C, and is refused while another runs', async () => {
    await sample.add({ times: ['2026-11-20 10:00:00'], rows: 3 });
    const interrupted = submitCommand(['compact-vitals'], environment);
    await interrupted.line(/writing 2026-11-20/);
    const { code, stderr } = await interrupted.interrupt();
    expect(code, stderr).to.equal(130);

    const log = createLogger({ name: 'test', json: false });
    const session = await openJobSession({
      server: plainServer(sparkRemote()),
      job: 'compact-vitals',
      identity: archive.compacted,
      log,
    });
    const mark = await DriverMark.set(session, log);
    const refused = await compact();
    await mark.remove();
    expect(refused.stderr).to.match(/error: compact-vitals is already running in another process/);
    expect(refused.code).to.equal(2);
    await session.stop({ allowReconnect: true });

    expect((await compact()).stdout).to.match(/^3 rows of 1 file compacted$/m);
  });

  it('tells what is wrong with its surroundings', async () => {
    const inside = await run('jobs/submit.ts', ['compact-vitals'], {
      ...environment,
      COMPACTED_DIR: `${folder}/vitals/by-day`,
    });
    expect([inside.code, inside.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && /COMPACTED_DIR/.test(text),
    );
    await spark.range(1).write.parquet(archive.vitals);
    const foreign = await compact();
    expect(foreign.stderr).to.match(/vitals \(VITALS_DIR\) holds files, but not the log of a stream/);
    expect(foreign.code).to.equal(2);
    expect((await run('jobs/stop.ts', ['compact-vitals'], environment)).stderr).to.match(/it ends by itself/);
  });
});
