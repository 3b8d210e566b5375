import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startTicksOf } from '../../../scripts/process-lock.mjs';
import { isAlive, markedProcesses, startDetached, stopProcesses } from '../../../scripts/stack/process.ts';

describe("the stack's processes", () => {
  let stack: string;

  beforeEach(() => {
    stack = mkdtempSync(join(tmpdir(), 'stack-'));
  });
  afterEach(async () => {
    await stopProcesses(markedProcesses(stack), 2000);
    rmSync(stack, { recursive: true });
  });

  const start = (script: string, service = 'kafka') => {
    const log = join(stack, 'logs', `${service}.log`);
    const command = { file: 'sh', args: ['-c', script], cwd: stack };
    return startDetached(command, { stack, service }, { stdout: log, stderr: log });
  };

  it('are known by pid and moment of start: a reused pid is another process', async () => {
    const identity = await start('sleep 60');
    expect(isAlive(identity)).to.equal(true);
    expect(isAlive({ ...identity, startTicks: String(Number(identity.startTicks) - 1) })).to.equal(false);
    expect(isAlive({ pid: identity.pid })).to.equal(false);
    expect(isAlive(undefined)).to.equal(false);
  });

  it('are not stopped when the pid belongs to another process by now', async () => {
    const identity = await start('sleep 60');
    await stopProcesses([{ ...identity, startTicks: '1' }], 500);
    expect(isAlive(identity)).to.equal(true);
  });

  it('end on SIGTERM, and are waited for', async () => {
    const identity = await start('sleep 60');
    await stopProcesses([identity], 5000);
    expect(startTicksOf(identity.pid)).to.equal(undefined);
  });

  it('end on SIGKILL when they ignore SIGTERM for too long', async () => {
    const identity = await start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    const log = join(stack, 'logs', 'kafka.log');
    while (!readFileSync(log, 'utf8').includes('ready')) await new Promise((resolve) => setTimeout(resolve, 10));
    await stopProcesses([identity], 300);
    expect(isAlive(identity)).to.equal(false);
  });

  it('are found by their mark, their children included, without any list', async () => {
    const kafka = await start('sleep 60 & wait');
    const maildev = await start('exec sleep 60', 'maildev');
    const pids = (service?: string) => markedProcesses(stack, service).map(({ pid }) => pid);
    while (pids('kafka').length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pids('kafka')).to.include(kafka.pid).and.not.include(maildev.pid);
    expect(pids()).to.include.members([kafka.pid, maildev.pid]);
    expect(markedProcesses(`${stack}-other`)).to.deep.equal([]);
  });

  it('fail with the reason when the program is not there', async () => {
    const files = { stdout: join(stack, 'x.log'), stderr: join(stack, 'x.log') };
    const missing = startDetached({ file: '/nowhere/java', args: [], cwd: stack }, { stack, service: 'kafka' }, files);
    expect(await missing.catch((error: Error) => error.message)).to.include('/nowhere/java');
  });
});
