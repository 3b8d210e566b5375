import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { spawnTied } from '../helpers/tied-process.ts';
import { until } from '../helpers/workspace.ts';

const HELPER = new URL('../helpers/tied-process.ts', import.meta.url).href;

/** Ties two programs to itself, the first with a child, tells the pids of all three, and stays. */
const HOLDER = `
  import { once } from 'node:events';
  import { spawnTied } from '${HELPER}';
  const run = (script) => spawnTied('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [one, other] = [run('sleep 60 & echo $!; wait'), run('echo; exec sleep 60')];
  const [[child]] = await Promise.all([once(one.stdout, 'data'), once(other.stdout, 'data')]);
  console.log(one.pid, other.pid, String(child).trim());
  setInterval(() => {}, 1_000);`;

describe('a process that is tied to its test', () => {
  let holder: ChildProcess;

  after(() => {
    holder?.kill('SIGKILL');
  });

  it('dies with it and what it has started, frozen or not, also when the test is killed without a word', async () => {
    holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', HOLDER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!holder.stdout) throw new Error('no output');
    const [line] = await once(holder.stdout, 'data');
    const pids = String(line).trim().split(' ').map(Number);
    expect(pids).to.have.length(3);
    expect(pids.filter(isAlive)).to.deep.equal(pids);
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    holder.kill('SIGKILL');
    await until('all to be gone', () => pids.filter(isAlive).length === 0);
  });

  it('ends by itself otherwise, with its own pid, output and exit code', async () => {
    const child = spawnTied('/bin/sh', ['-c', 'echo $$; exit 7'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout?.on('data', (text) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    expect([output.trim(), code]).to.deep.equal([String(child.pid), 7]);
  });

  it('dies of the signals that it is sent', async () => {
    const child = spawnTied('sleep', ['60']);
    await once(child, 'spawn');
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    expect(await ended).to.deep.equal([null, 'SIGKILL']);
  });
});

/** What nobody has buried yet is dead all the same. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
