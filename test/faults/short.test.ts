import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../helpers/submit.ts';
import { FAULT_KINDS } from './suite/catalogue.ts';
import { noPast, runOnce } from './suite/run.ts';
import { describeFaults, planRun } from './suite/schedule.ts';
import { type SystemUnderFaults, startSystem } from './suite/surroundings.ts';

const SEED = 114;
const RUNS = [1, 2];

/** A taste of `npm run test:faults` on the stack that is up: nothing of it is touched, only our own processes and lines. */
describe('a running system with faults at random', () => {
  const kinds = FAULT_KINDS.filter(({ needsOwnStack }) => !needsOwnStack);
  const abort = new AbortController();
  const past = noPast();
  let logs: string;
  let system: SystemUnderFaults;

  before(async () => {
    logs = await mkdtemp(join(tmpdir(), 'instant-health-faults-'));
    system = await startSystem(logs, abort.signal);
  });

  after(async () => {
    abort.abort();
    await system?.close(true);
    await rm(logs, { recursive: true, force: true });
  });

  it('are the same for the same seed, shown without starting anything', async () => {
    const shown = async () =>
      (await run('test/faults/main.ts', ['--dry-run', '--runs', '3', '--seed', '7'], {})).stdout;
    const first = await shown();
    expect(first.split('\n')).to.have.length(3);
    expect(first)
      .to.match(/^run 1: \S+-\S+/)
      .and.to.equal(await shown());
    const wrong = await run('test/faults/main.ts', ['--only', 'weather'], {});
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.match(/There are producer-kill, /);
  });

  for (const number of RUNS) {
    const plan = planRun(SEED, number, kinds);
    it(`keeps its promises over ${describeFaults(plan)}`, async function () {
      this.timeout(300_000);
      const { signal } = abort;
      const result = await runOnce(plan, { system, services: undefined, past, signal, say: () => {} });
      const driver = await readFile(join(logs, 'driver.log'), 'utf8');
      expect(result.breaches, driver.slice(-4_000)).to.deep.equal([]);
      expect(result.rows).to.be.greaterThan(200);
      expect(past.mails.mails.length).to.be.greaterThan(5);
    });
  }
});
