import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { compactArchive } from '../../../jobs/compaction/compact.ts';
import { LedgerFiles } from '../../../jobs/compaction/ledger-files.ts';
import { readArchive } from '../../../jobs/compaction/read-archive.ts';
import { deleteOldDays, findOldDays } from '../../../jobs/compaction/retention.ts';
import { type ArchiveSettings, loadEnvironment, PROJECT_ROOT } from '../../../settings/index.ts';
import { Hdfs } from '../../helpers/hdfs.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';
import { SampleArchive, tally } from '../../helpers/sample-archive.ts';

class Crash extends Error {}

describe('compaction', () => {
  const hdfsUrl = String(loadEnvironment().HDFS_URL);
  const hdfs = new Hdfs();
  let spark: SparkSession;
  let folder: string;
  let sample: SampleArchive;
  let archive: ArchiveSettings;

  before(async () => {
    spark = await openSession();
  });

  after(() => spark.stop());

  beforeEach(async () => {
    folder = `/user/hadoop/instant-health/test-compaction-${randomBytes(4).toString('hex')}`;
    sample = await SampleArchive.open(spark, hdfsUrl + folder);
    archive = { vitals: sample.vitals, compacted: `${sample.vitals}-by-day` };
  });

  afterEach(() => hdfs.remove(folder));

  const signal = new AbortController().signal;
  const compact = (report: (step: string) => void = () => {}) =>
    compactArchive({ spark, archive, signal, report: ({ step }) => report(step) });
  const read = async () => tally(await readArchive(spark, archive));
  const ledger = () => new LedgerFiles(spark, archive.compacted).read();
  const today = async () => {
    const [row] = await (await spark.sql('SELECT string(current_timestamp()) AS now')).collect<{ now: string }>();
    return String(row?.now);
  };
  const filesOf = async (date: string) => {
    const runs = await hdfs.names(`${folder}/vitals-by-day/date=${date}`);
    const names = await Promise.all(runs.map((run) => hdfs.names(`${folder}/vitals-by-day/date=${date}/${run}`)));
    return names.flat().filter((name) => name.endsWith('.parquet'));
  };

  const TWO_DAYS = [
    { times: ['2026-11-20 00:00:00'], rows: 7 },
    { times: ['2026-11-20 23:59:59.999999'], rows: 5 },
    { times: ['2026-11-21 00:00:00.000001'], rows: 6 },
    { times: ['2026-11-21 12:00:00.123456'], rows: 4 },
  ];

  it('copies days that are over, leaves today in the archive, and reads each row once', async () => {
    await sample.add(...TWO_DAYS, { times: [await today()], rows: 3 });
    const before = await tally(sample.whole());
    expect(await read()).to.deep.equal(before);

    const summary = await compact();
    expect(summary).to.deep.equal({ runs: 2, files: 4, rows: 22n, waitingFiles: 1 });
    expect(await read()).to.deep.equal(before);
    expect(await tally(sample.whole())).to.deep.equal(before);
    expect(await filesOf('2026-11-20')).to.have.length(1);
    expect(await filesOf('2026-11-21')).to.have.length(1);
    const byDay = await spark.read.parquet(archive.compacted).groupBy('date').count().orderBy('date').collect();
    expect(byDay.map((row) => [String(row.date), row.count])).to.deep.equal([
      ['2026-11-20', 12n],
      ['2026-11-21', 10n],
    ]);
  });

  it('is read by the query of docs/archive.md, too', async () => {
    await sample.add(...TWO_DAYS, { times: [await today()], rows: 3 });
    await compact();
    const page = await readFile(join(PROJECT_ROOT, 'docs/archive.md'), 'utf8');
    const [, query = ''] = /```sql\n([\s\S]+?)```/.exec(page) ?? [];
    const text = query
      .replaceAll('/user/hadoop/instant-health/patient-vital-info-by-day', archive.compacted)
      .replaceAll('/user/hadoop/instant-health/patient-vital-info', archive.vitals);
    const all = await tally(sample.whole());
    expect(await tally(await spark.sql(text))).to.deep.equal(all);
    await sample.add({ times: ['2026-11-20 00:00:00'], rows: 2 });
    expect(await tally(await spark.sql(text))).to.deep.equal(await tally(sample.whole()));
    expect(await tally(sample.whole())).not.to.deep.equal(all);
  });

  it('does nothing a second time', async () => {
    await sample.add(...TWO_DAYS);
    await compact();
    const first = await spark.read.parquet(archive.compacted).inputFiles();
    expect(await compact()).to.deep.equal({ runs: 0, files: 0, rows: 0n, waitingFiles: 0 });
    expect(await spark.read.parquet(archive.compacted).inputFiles()).to.have.members([...first]);
  });

  it('takes late rows of a compacted day, and a file of two days whole', async () => {
    await sample.add(...TWO_DAYS);
    await compact();
    await sample.add(
      { times: ['2026-11-20 23:59:59.999999'], rows: 5 },
      { times: ['2026-11-20 23:59:59.5', '2026-11-21 00:00:00.5'], rows: 9 },
    );
    const all = await tally(sample.whole());
    expect(await read()).to.deep.equal(all);
    expect(await compact()).to.include({ files: 2, rows: 14n, waitingFiles: 0 });
    expect(await read()).to.deep.equal(all);
    expect(await tally(spark.read.parquet(archive.compacted))).to.deep.equal(all);
  });

  it('crashes after each of its steps, and goes on to the same result', async () => {
    await sample.add(...TWO_DAYS);
    const all = await tally(sample.whole());
    const crashedAt: string[] = [];
    const passed = new Set<string>();
    for (let survived = 0, isDone = false; !isDone; survived++) {
      let steps = 0;
      await compact((step) => {
        passed.add(step);
        if (steps++ < survived) return;
        crashedAt.push(step);
        throw new Crash(step);
      }).then(
        () => {
          isDone = true;
        },
        (error: unknown) => expect(error).to.be.instanceOf(Crash),
      );
      expect(await read(), crashedAt.join()).to.deep.equal(all);
    }
    expect(crashedAt).to.include.members(['examine', 'write', 'verify', 'commit', 'compacted']);
    expect([...passed]).to.include('clean');
    expect(await tally(spark.read.parquet(archive.compacted))).to.deep.equal(all);
    expect((await ledger()).runs).to.have.length(2);
  });

  it('believes none of two compactions that copied the same files twice', async () => {
    await sample.add(...TWO_DAYS);
    const all = await tally(sample.whole());
    // The second one starts after the first has looked, and before it has committed.
    let other: Promise<unknown> | undefined;
    const first = compactArchive({
      spark,
      archive,
      signal,
      report: ({ step }) => {
        if (step === 'examine') other ??= compact();
      },
    });
    await Promise.all([first, other]);
    expect(await read()).to.deep.equal(all);
    await compact();
    expect(await read()).to.deep.equal(all);
    expect(await tally(spark.read.parquet(archive.compacted))).to.deep.equal(all);
  });

  it('ignores a commit that comes when its rows have been thrown away', async () => {
    await sample.add(...TWO_DAYS);
    const all = await tally(sample.whole());
    const files = new LedgerFiles(spark, archive.compacted);
    const zombie = { run: 'r20261122T000000000Z-00000000', date: '2026-11-20' };
    await sample.whole().limit(3).write.parquet(files.pathOf(zombie));
    await compact();
    const [file = ''] = (await sample.whole().inputFiles()).map((path) => path.slice(path.lastIndexOf('/') + 1));
    await files.commit(zombie.run, [{ file, date: zombie.date, rows: 3n }]);
    expect(await read()).to.deep.equal(all);
    expect(await tally(spark.read.parquet(archive.compacted))).to.deep.equal(all);
  });

  it('reads each row once at every moment while the stream writes and days are compacted', async () => {
    const batches = Array.from({ length: 5 }, (_, index) => ({
      times: [`2026-11-${10 + (index % 3)} 10:00:00.${String(100000 + index)}`],
      rows: 10,
    }));
    await sample.add(...batches);
    const counts: number[] = [];
    let isOver = false;
    const reading = (async () => {
      while (!isOver) counts.push(await (await readArchive(spark, archive)).count());
    })();
    const writing = sample.add(...batches);
    await compact();
    await compact();
    await writing;
    await compact();
    isOver = true;
    await reading;
    expect(
      counts.every((count) => count % 10 === 0 && count >= 50 && count <= 100),
      counts.join(),
    ).to.equal(true);
    expect([...counts].sort((a, b) => a - b)).to.deep.equal(counts);
    expect(await read()).to.deep.equal(await tally(sample.whole()));
    expect(await (await readArchive(spark, archive)).count()).to.equal(100);
  });

  it('keeps what a DataFrame holds when the archive changes after', async () => {
    await sample.add(...TWO_DAYS);
    const early = await readArchive(spark, archive);
    const before = await tally(early);
    await compact();
    await sample.add({ times: ['2026-11-20 05:00:00'], rows: 2 });
    const compacted = await readArchive(spark, archive);
    await compact();
    expect(await tally(compacted)).to.deep.equal(await tally(sample.whole()));
    expect(await compacted.count()).to.equal(24);
    expect(before).to.have.length(new Set(before).size);
  });

  it('opens no file of the archive that has been compacted', async () => {
    await sample.add(...TWO_DAYS);
    await compact();
    for (const { pathSuffix } of (await hdfs.list(`${folder}/vitals`)) ?? []) {
      if (pathSuffix.endsWith('.parquet')) await hdfs.writeText(`${folder}/vitals/${pathSuffix}`, 'no parquet');
    }
    await sample.add({ times: ['2026-11-21 12:00:00'], rows: 2 });
    expect(await (await readArchive(spark, archive)).count()).to.equal(24);
  });

  it('refuses a directory that no stream wrote, or with other columns', async () => {
    await spark.range(3).write.parquet(archive.vitals);
    const refused = await compact().catch((error: unknown) => error);
    expect(refused).to.include({ code: 'ARCHIVE_UNKNOWN', exitCode: 2 });
  });

  it('has nothing to do where there is no archive', async () => {
    expect(await compact()).to.deep.equal({ runs: 0, files: 0, rows: 0n, waitingFiles: 0 });
    expect(await (await readArchive(spark, archive)).count()).to.equal(0);
    await hdfs.makeDirectory(folder);
  });

  describe('retention', () => {
    const OLD = [
      { times: ['2020-01-01 10:00:00'], rows: 4 },
      { times: ['2020-01-02 10:00:00'], rows: 3 },
    ];

    it('tells of old days without deleting them, deletes them when told, and they never come back', async () => {
      await sample.add(...OLD, { times: [await today()], rows: 2 });
      await compact();
      const old = await findOldDays(spark, archive, 1000);
      expect(old.days.map(({ date, files, rows }) => [date, files, rows])).to.deep.equal([
        ['2020-01-01', 1, 4],
        ['2020-01-02', 1, 3],
      ]);
      expect(old.days.every(({ bytes }) => bytes > 100)).to.equal(true);
      expect(old.liveFiles).to.equal(2);
      expect(await (await readArchive(spark, archive)).count()).to.equal(9);

      await deleteOldDays(spark, archive, old, { report: () => {} });
      expect(await filesOf('2020-01-01')).to.deep.equal([]);
      expect(await (await readArchive(spark, archive)).count()).to.equal(2);
      expect((await compact()).runs).to.equal(0);
      expect(await (await readArchive(spark, archive)).count()).to.equal(2);
      expect((await findOldDays(spark, archive, 1000)).days).to.deep.equal([]);
      expect(await sample.whole().count()).to.equal(9);
    });

    it('completes a deletion that was cut short', async () => {
      await sample.add(...OLD);
      await compact();
      const old = await findOldDays(spark, archive, 1000);
      const cut = deleteOldDays(spark, archive, old, {
        report: () => {
          throw new Crash('after the first directory');
        },
      });
      expect(await cut.catch((error: unknown) => error)).to.be.instanceOf(Crash);
      expect(await (await readArchive(spark, archive)).count()).to.equal(0);
      expect(await filesOf('2020-01-02')).to.have.length(1);
      await compact();
      expect(await filesOf('2020-01-02')).to.deep.equal([]);
      expect((await ledger()).compactedFiles.size).to.equal(2);
    });
  });
});
