import path from 'node:path';
import { expect } from 'chai';
import { chosenTests } from '../../../scripts/test/chosen-tests.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

describe('the tests that are chosen', () => {
  const all = () => ['test/a.test.ts', 'test/b.test.ts'];

  it('are the files that are named, wherever they are named from, and mocha gets the rest', () => {
    const named = ['-g', 'mails', path.join(PROJECT_ROOT, 'test', 'a.test.ts'), '--bail'];
    expect(chosenTests(named, all)).to.deep.equal({ files: ['test/a.test.ts'], args: ['-g', 'mails', '--bail'] });
    const beside = path.relative(process.cwd(), path.join(PROJECT_ROOT, 'test', 'b.test.ts'));
    expect(chosenTests([beside], all)).to.deep.equal({ files: ['test/b.test.ts'], args: [] });
  });

  it('are all where no file is named', () => {
    expect(chosenTests(['--dry-run'], all)).to.deep.equal({ files: all(), args: ['--dry-run'] });
  });
});
