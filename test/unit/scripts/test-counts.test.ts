import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { compileTests } from '../../../scripts/test/compiled-tests.ts';
import { type Failure, failureList } from '../../../scripts/test/failures.ts';
import type { FileMs } from '../../../scripts/test/file-times.ts';
import { runMocha } from '../../../scripts/test/run-mocha.ts';
import { addCounts, isSuccess, NO_TESTS, settleCounts, summaryLine } from '../../../scripts/test/test-counts.ts';

describe('the count of tests', () => {
  it('ends in one line that names skipped tests only where there are any', () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).to.equal('12 passed, 0 failed');
    expect(summaryLine({ passed: 12, failed: 1, skipped: 2 })).to.equal('12 passed, 1 failed, 2 skipped');
  });

  it('adds up runs, and calls nothing run no success', () => {
    const sum = addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 });
    expect(sum).to.deep.equal({ passed: 11, failed: 22, skipped: 33 });
    expect(isSuccess(sum)).to.equal(false);
    expect(isSuccess(NO_TESTS)).to.equal(false);
    expect(isSuccess({ passed: 1, failed: 0, skipped: 1 })).to.equal(true);
  });

  it('counts a crash as a failure', () => {
    const counts = { passed: 3, failed: 0, skipped: 0 };
    expect(settleCounts({ ...counts, complete: true }, 0)).to.deep.equal(counts);
    expect(settleCounts({ ...counts, complete: false }, 0)).to.deep.equal({ ...counts, failed: 1 });
    expect(settleCounts({ ...counts, complete: true }, 7)).to.deep.equal({ ...counts, failed: 1 });
    expect(settleCounts({ ...counts, failed: 2, complete: true }, 2)).to.deep.equal({ ...counts, failed: 2 });
    expect(settleCounts(undefined, null)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
  });

  it('lists what failed at the end, of a long message its two ends', () => {
    const long = `Error: gave up\n${'x'.repeat(10_000)}\nlast words`;
    const list = failureList([
      { run: 'jobs', title: 'a job ends', message: '\u001b[31mError: wrong\u001b[0m\n    at here' },
      { run: 'client', title: 'a line breaks', message: long },
    ]);
    expect(list).to.contain('  a job ends (jobs)\n    Error: wrong\n        at here\n\n  a line breaks (client)\n');
    expect(list)
      .to.match(/ Error: gave up\n/)
      .and.to.match(/\n {4}\[7026 characters\]\n/);
    expect(list).to.match(/ {4}x+\n {4}last words$/);
    expect(list.length).to.be.lessThan(3_500);
  });

  describe('of a real mocha', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'counts-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    let failures: readonly Failure[] = [];
    const onFailures = (told: readonly Failure[]) => {
      failures = told;
    };
    let fileMs: FileMs = {};
    const onFileTimes = (told: FileMs) => {
      fileMs = told;
    };
    const count = async (script: string) => {
      failures = [];
      const file = join(folder, 'sample.test.ts');
      writeFileSync(file, `import assert from 'node:assert'; import net from 'node:net';\n${script}`);
      await using tests = await compileTests([file]);
      return await runMocha({
        tests,
        files: [file],
        signal: new AbortController().signal,
        onOutput: () => {},
        onFailures,
        onFileTimes,
      });
    };

    it('tells passed, failed and skipped tests and failed hooks apart', async () => {
      const counts = await count(`
        it('passes', () => {});
        it('fails', () => { throw new Error('wrong'); });
        it('compares', () => assert.equal(1, 2));
        it.skip('is skipped', () => {});
        describe('hooks', () => { before(() => { throw new Error('hook'); }); it('never runs', () => {}); });
      `);
      expect(counts).to.deep.equal({ passed: 1, failed: 3, skipped: 1 });
      expect(failures.map(({ title, message }) => `${title}: ${message.split('\n')[0]}`)).to.deep.equal([
        'fails: Error: wrong',
        'compares: AssertionError [ERR_ASSERTION]: 1 == 2',
        'hooks "before all" hook for "never runs": Error: hook',
      ]);
      expect(failures[1]?.message).to.match(/\nactual: 1\nexpected: 2$/);
    });

    it('keeps what passed before a crash', async () => {
      const counts = await count(`
        it('passes', () => {});
        it('crashes', () => process.kill(process.pid, 'SIGKILL'));
      `);
      expect(counts).to.deep.equal({ passed: 1, failed: 1, skipped: 0 });
      expect(failures.map(({ title, message }) => `${title} ${message}`)).to.deep.equal([
        `mocha itself ended with a signal in ${join(folder, 'sample.test.ts')}`,
      ]);
    });

    it('does not wait for a socket that a test forgot', async () => {
      const counts = await count(`
        it('leaves a server behind', (done) => { net.createServer().listen(0, '127.0.0.1', done); });
      `);
      expect(counts).to.deep.equal({ passed: 1, failed: 0, skipped: 0 });
    });

    it('says where in the source a test failed, and how long the file took', async () => {
      await count("\n\nit('fails', () => {\n  const wrong: string = 'wrong';\n  throw new Error(wrong);\n});");
      expect(failures[0]?.message).to.contain(`${join(folder, 'sample.test.ts')}:6:9`);
      await count("describe('a suite', () => { it('passes', () => {}); });");
      expect(Object.keys(fileMs)).to.deep.equal([join(folder, 'sample.test.ts')]);
    });

    it('fails for a file that cannot be loaded', async () => {
      const counts = await count("throw new Error('not today');");
      expect(counts).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    });

    it('is not even started for what does not compile, which names the place', async () => {
      const error = await count('const = 1;').catch((error: Error) => error);
      expect(String(error)).to.match(/sample\.test\.ts:2:6: ERROR: Expected identifier/);
    });
  });
});
