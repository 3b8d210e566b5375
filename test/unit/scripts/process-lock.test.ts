import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { acquireLock, startTicksOf } from '../../../scripts/process-lock.mjs';

describe('the lock between commands', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is held by one at a time; the second one is told by whom and gets it afterwards', async () => {
    const events: string[] = [];
    const release = await acquireLock(path);
    const second = acquireLock(path, {
      onWait: (pid) => {
        events.push(`waits for ${pid === process.pid}`);
        events.push('released');
        release();
      },
    });
    (await second)();
    expect(events).to.deep.equal(['waits for true', 'released']);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is taken over from an owner that is gone, also when its pid lives on in another process', async () => {
    for (const owner of ['999999999 1', `${process.pid} 1`]) {
      writeFileSync(path, owner);
      const release = await acquireLock(path);
      release();
      expect(existsSync(path)).to.equal(false);
    }
  });

  it('is given up by a wait that is interrupted', async () => {
    writeFileSync(path, `${process.pid} ${startTicksOf(process.pid)}`);
    const interruption = new AbortController();
    const waiting = acquireLock(path, { signal: interruption.signal, onWait: () => interruption.abort() });
    expect(await waiting.catch((error: Error) => error.name)).to.equal('AbortError');
    expect(readdirSync(folder)).to.deep.equal(['lock']);
  });
});
