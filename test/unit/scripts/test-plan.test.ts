import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { STACK_RUNS, testFiles, UNIT_RUN } from '../../../scripts/test/test-plan.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

describe('the plan of npm test', () => {
  const below = (folder: string) =>
    readdirSync(join(PROJECT_ROOT, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((name) => name.endsWith('.test.ts'));

  it('runs every test file once on the default Spark or without one, but for what only a later one can do', () => {
    const later = below('test/integration/real-time');
    expect(STACK_RUNS.filter(({ spark }) => spark === '4.2.0').flatMap((run) => testFiles(run))).to.include.members(
      later,
    );
    const runs = [UNIT_RUN, ...STACK_RUNS.filter(({ spark, onNewerNode }) => spark === '4.1.1' && !onNewerNode)];
    const planned = runs.flatMap((run) => testFiles(run));
    const all = [...below('test'), ...below('packages/spark-connect/test')];
    expect(planned.sort()).to.deep.equal(all.filter((file) => !later.includes(file)).sort());
  });

  it("runs the client's and the jobs' tests on Spark 3.5.7 too", () => {
    const planned = STACK_RUNS.filter(({ spark }) => spark === '3.5.7').flatMap((run) => testFiles(run));
    expect(planned).to.include.members([
      ...below('packages/spark-connect/test/integration'),
      ...below('test/integration/jobs'),
      ...below('test/integration/compaction'),
    ]);
  });

  it('runs what the client takes from Node on a newer one too', () => {
    const planned = STACK_RUNS.filter(({ onNewerNode }) => onNewerNode).flatMap((run) => testFiles(run));
    expect(planned).to.include.members([
      'packages/spark-connect/test/integration/arrow-types.test.ts',
      'packages/spark-connect/test/integration/unreliable-line.test.ts',
    ]);
  });

  it('leaves out of a run only files that there are', () => {
    for (const run of STACK_RUNS) {
      const whole = testFiles({ title: run.title, folders: run.folders });
      expect(whole).to.include.members([...(run.without ?? []), ...(run.only ?? [])]);
      expect(testFiles(run)).to.have.lengthOf((run.only ?? whole).length - (run.without?.length ?? 0));
    }
  });
});
