// Compares the public names of the installed PySpark with ours, and docs/parity.md with the result.
//   UPDATE_PARITY=1 npm run test:integration -- packages/spark-connect/test/integration/parity.test.ts     writes the page anew
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { areas } from '../parity/areas.ts';
import { compare, leftOver, renderPage } from '../parity/page.ts';
import { walkPySpark } from '../parity/walk.ts';

const VERSION = '4.1.1';
const page = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'parity.md');

describe('parity with PySpark', () => {
  before(function () {
    if ((process.env.SPARK_VERSION ?? VERSION) !== VERSION) this.skip();
  });

  it('is written down as it is', async () => {
    const names = walkPySpark(VERSION);
    const text = renderPage(names.version, compare(names, areas));
    if (process.env.UPDATE_PARITY === '1') await writeFile(page, text);
    expect(await readFile(page, 'utf8'), 'UPDATE_PARITY=1 writes docs/parity.md anew').to.equal(text);
    expect(leftOver(names, areas)).to.deep.equal([]);
  });
});
