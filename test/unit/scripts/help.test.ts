import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { PROJECT_ROOT } from '../../../settings/index.ts';

describe('commands that change or check all files', () => {
  for (const name of ['check', 'format']) {
    const run = (argument: string) =>
      promisify(execFile)(process.execPath, [
        join(PROJECT_ROOT, 'scripts', 'run.mjs'),
        join('scripts', `${name}.ts`),
        argument,
      ]);

    it(`tell their usage and do nothing else: ${name} --help`, async () => {
      const { stdout } = await run('--help');
      expect(stdout)
        .to.match(new RegExp(`^Usage: ${name} `))
        .and.not.match(/[✓✗]/);
    });

    it(`refuse what they do not know: ${name} --no-such-option`, async () => {
      const refused = await run('--no-such-option').catch((error) => error);
      expect(refused).to.include({ code: 2 });
      expect(refused.stderr).to.include("unknown option '--no-such-option'");
    });
  }
});
