import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stackLayout } from '../../../scripts/stack/layout.ts';
import { showLogs } from '../../../scripts/stack/logs.ts';
import { endService } from '../../../scripts/stack/one-service.ts';
import { StackError } from '../../../scripts/stack/stack-error.ts';
import { makeStackFolder, requireFolderForHdfs } from '../../../scripts/stack/stack-folder.ts';

describe('the folder of a stack', () => {
  const HDFS = [{ name: 'namenode' }, { name: 'datanode' }];
  let parent: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'stack-folder-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made with all above it, for its owner only', () => {
    const folder = join(parent, 'a', 'b');
    makeStackFolder(folder);
    makeStackFolder(folder);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
  });

  it('is refused with the setting to change where a file is in its place, or above it', () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'below')]) {
      expect(() => makeStackFolder(folder))
        .to.throw(StackError, `the folder of the stack, ${folder}, cannot be written to: a file is in its place`)
        .that.deep.includes({
          exitCode: 2,
          next: 'Set INSTANT_HEALTH_STACK_DIR to a folder that can be made and written to.',
        });
    }
  });

  for (const [name, what] of [
    ['my stack', 'a space'],
    ['50%', '"%"'],
    ['a,b', '","'],
    ['a[b', '"["'],
  ] as const) {
    it(`is refused for HDFS where its path has ${what}, and for nothing else`, () => {
      const folder = join(parent, name);
      mkdirSync(folder);
      expect(() => requireFolderForHdfs(folder, HDFS)).to.throw(StackError, `has ${what} in its path`);
      requireFolderForHdfs(folder, [{ name: 'mariadb' }, { name: 'kafka' }]);
    });
  }

  it('is taken with letters of any language, and by where a link leads', () => {
    const folder = join(parent, 'Übung-1_a.b+c@d');
    mkdirSync(folder);
    requireFolderForHdfs(folder, HDFS);
    symlinkSync(folder, join(parent, 'a link'));
    requireFolderForHdfs(join(parent, 'a link'), HDFS);
  });

  it('says that no stack is up, and how one comes, where nothing runs in it', async () => {
    const layout = stackLayout(parent);
    const refused = await endService('kafka', 'SIGTERM', layout).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(StackError);
    expect(refused).to.include({ message: 'no stack is up', exitCode: 2, next: '`npm run stack -- up` starts one.' });
    const { signal } = new AbortController();
    const noLogs = showLogs(layout, { service: undefined, lines: 1, follow: false, signal });
    expect(await noLogs.catch((error: unknown) => error)).to.include({
      message: 'no service has a log yet',
      next: '`npm run stack -- up` starts the services.',
    });
  });
});
