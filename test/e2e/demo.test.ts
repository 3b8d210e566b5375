import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { TerminalCommand } from '../helpers/command.ts';

describe('npm run demo, ended by Ctrl-C', () => {
  it('leaves nothing running in the middle of sending, and leaves a stack alone that was up before', async () => {
    const demo = new TerminalCommand('npm run --silent demo');
    await demo.printed(/\[produce\] \d+ readings sent,/);
    demo.pressCtrlC();
    expect(await demo.exited).to.equal(130);
    expect(demo.leftOvers()).to.deep.equal([]);
    const status = new TerminalCommand('npm run --silent stack -- status');
    expect(await status.exited, status.output).to.equal(0);
  });

  it('leaves nothing running while its own stack comes up', async () => {
    const stack = mkdtempSync(path.join(tmpdir(), 'demo-stack-'));
    try {
      const demo = new TerminalCommand('npm run --silent demo', { INSTANT_HEALTH_STACK_DIR: stack });
      await demo.printed(/\[mariadb\].*\n(?:.*\n)*.*\[kafka\]/);
      demo.pressCtrlC();
      expect(await demo.exited).to.equal(130);
      expect(demo.leftOvers()).to.deep.equal([]);
    } finally {
      await rm(stack, { recursive: true, force: true });
    }
  });
});
