import { expect } from 'chai';
import fc from 'fast-check';
import { batchJobAmong } from '../../../jobs/batch-submission.ts';
import { ledgerOf, type ManifestRow, newRunId, type Removal, runDays } from '../../../jobs/compaction/ledger.ts';
import { parseAge } from '../../../jobs/compaction/retention.ts';
import { type FileDay, planRuns } from '../../../jobs/compaction/run-plan.ts';
import { OperatorError } from '../../../settings/index.ts';

const row = (run: string, file: string, date = '2026-11-20'): ManifestRow => ({ run, file, date, rows: 1n });

describe('the ledger of compaction', () => {
  it('counts every run that has files of its own', () => {
    const ledger = ledgerOf([row('r2', 'c'), row('r1', 'a'), row('r1', 'b', '2026-11-21')], []);
    expect(runDays(ledger)).to.deep.equal([
      { run: 'r1', date: '2026-11-20' },
      { run: 'r1', date: '2026-11-21' },
      { run: 'r2', date: '2026-11-20' },
    ]);
    expect([...ledger.compactedFiles]).to.have.members(['a', 'b', 'c']);
  });

  it('gives the files of an overlapping run back to the archive', () => {
    const ledger = ledgerOf([row('r2', 'a'), row('r2', 'b'), row('r1', 'a')], []);
    expect(runDays(ledger)).to.deep.equal([{ run: 'r1', date: '2026-11-20' }]);
    expect([...ledger.compactedFiles]).to.deep.equal(['a']);
  });

  it('forgets a discarded run, and remembers the files of a deleted day', () => {
    const manifest = [row('r1', 'a'), row('r2', 'b'), row('r2', 'c', '2026-11-21')];
    const ledger = ledgerOf(manifest, [
      { run: 'r1', date: null },
      { run: 'r2', date: '2026-11-20' },
    ]);
    expect(runDays(ledger)).to.deep.equal([{ run: 'r2', date: '2026-11-21' }]);
    expect([...ledger.compactedFiles]).to.have.members(['b', 'c']);
  });

  it('counts no file twice, whatever was written down in whatever order', () => {
    const runs = fc.constantFrom('r1', 'r2', 'r3', 'r4');
    const dates = fc.constantFrom('2026-11-20', '2026-11-21');
    const manifests = fc.array(
      fc.record({ run: runs, file: fc.constantFrom(...'abcdef'), date: dates, rows: fc.constant(1n) }),
    );
    const removals = fc.array(fc.record({ run: runs, date: fc.option(dates) }), { maxLength: 4 });
    fc.assert(
      fc.property(manifests, removals, (manifest: ManifestRow[], removed: Removal[]) => {
        const ledger = ledgerOf(manifest, removed);
        const files = ledger.runs.map(({ sources }) => [...new Set(sources.map(({ file }) => file))]);
        expect(files.flat()).to.have.length(new Set(files.flat()).size);
        expect(new Set(files.flat())).to.deep.equal(ledger.compactedFiles);
        const shuffled = ledgerOf([...manifest].reverse(), [...removed].reverse());
        expect(runDays(shuffled)).to.deep.equal(runDays(ledger));
        for (const { run, date } of runDays(ledger)) {
          expect(removed.some((removal) => removal.run === run && (removal.date ?? date) === date)).to.equal(false);
        }
      }),
    );
  });

  it('names runs in the order of time', () => {
    const [early, late] = [newRunId(new Date(0), 'ff'), newRunId(new Date(1), '00')];
    expect(early).to.equal('r19700101T000000000Z-ff');
    expect(early < late).to.equal(true);
  });
});

describe('the plan of a compaction', () => {
  const day = (file: string, date: string, rows = 1n): FileDay => ({
    file,
    date,
    rows,
    checksum: rows * 7n,
    bytes: 100n,
  });

  it('makes a run of each day that is over', () => {
    const runs = planRuns([day('b', '2026-11-21'), day('a', '2026-11-20', 2n), day('c', '2026-11-20')], '2026-11-22');
    expect(runs.map(({ sources }) => sources.map(({ file }) => file))).to.deep.equal([['a', 'c'], ['b']]);
    expect(runs[0]?.days).to.deep.equal([
      { date: '2026-11-20', fingerprint: { rows: 3n, checksum: 21n }, bytes: 200n },
    ]);
  });

  it('leaves a file alone until the last of its days is over', () => {
    const fileDays = [day('a', '2026-11-20'), day('a', '2026-11-21'), day('b', '2026-11-20')];
    expect(planRuns(fileDays, '2026-11-21').flatMap(({ sources }) => sources.map(({ file }) => file))).to.deep.equal([
      'b',
    ]);
    const [first, second] = planRuns(fileDays, '2026-11-22');
    expect(first?.days.map(({ date }) => date)).to.deep.equal(['2026-11-20']);
    expect(second?.days.map(({ date }) => date)).to.deep.equal(['2026-11-20', '2026-11-21']);
  });

  it('cuts a day of very many files', () => {
    const runs = planRuns(
      Array.from({ length: 25_000 }, (_, index) => day(`f${index}`, '2026-11-20')),
      '2026-11-22',
    );
    expect(runs.map(({ sources }) => sources.length)).to.deep.equal([10_000, 10_000, 5_000]);
  });
});

describe('the command line of compact-vitals', () => {
  const refused = (names: string[], options: Parameters<typeof batchJobAmong>[1]) => {
    try {
      batchJobAmong(names, options);
    } catch (error) {
      if (error instanceof OperatorError && error.exitCode === 2) return error.message;
      throw error;
    }
    return undefined;
  };

  it('is found among the jobs, and leaves the others to streams', () => {
    expect(batchJobAmong(['compact-vitals'], { sparkConf: {} })?.name).to.equal('compact-vitals');
    expect(batchJobAmong(['patient-vitals'], { sparkConf: {} })).to.equal(undefined);
    expect(batchJobAmong(['nonsense', 'compact-vitals'], { sparkConf: {} })).to.equal(undefined);
  });

  it('refuses what does not go together', () => {
    const sparkConf = {};
    expect(refused(['compact-vitals', 'patient-vitals'], { sparkConf })).to.match(/ends by itself/);
    expect(refused(['patient-vitals'], { sparkConf, olderThan: '90d' })).to.match(/--older-than/);
    expect(refused(['compact-vitals'], { sparkConf, yes: true })).to.match(/--yes confirms/);
    for (const option of [{ trigger: '1 second' }, { detach: true }, { replace: true }])
      expect(refused(['compact-vitals'], { sparkConf, ...option })).to.match(/^--\w+ is for jobs with queries/);
  });

  it('takes ages in whole days', () => {
    expect(parseAge('90d')).to.equal(90);
    for (const wrong of ['90', '0d', '-1d', '1.5d', '12h', '999999d', '']) {
      expect(() => parseAge(wrong)).to.throw(OperatorError, /--older-than expects whole days/);
    }
  });
});
