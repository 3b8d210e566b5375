import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { compiledEntry } from '../../../scripts/compiled-entry.mjs';

describe('a compiled entry', () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'instant-health-compiled-'));
  const entry = join(folder, 'main.ts');
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const compile = () => compiledEntry(entry, folder);
  const outputOf = (module = '') => execFileSync(process.execPath, [module], { encoding: 'utf8' });

  beforeEach(() => {
    write('word.ts', "export const word: string = 'first';\nexport const place = import.meta.url;\n");
    write('late.ts', "export default 'late';\n");
    write(
      'main.ts',
      "import { place, word } from './word.ts';\nconsole.log(word, place, (await import('./late.ts')).default);\n",
    );
  });

  after(() => rmSync(folder, { recursive: true }));

  it('does what its sources do, which know their own places', async () => {
    const module = await compile();
    expect(outputOf(module)).to.equal(`first ${pathToFileURL(join(folder, 'word.ts')).href} late\n`);
  });

  it('is made once, and again when any of its sources has changed', async () => {
    const module = await compile();
    expect(await compile()).to.equal(module);
    write('word.ts', "export const word: string = 'second';\nexport const place = 'elsewhere';\n");
    const changed = await compile();
    expect(changed).not.to.equal(module);
    expect(outputOf(changed)).to.equal('second elsewhere late\n');
    expect(outputOf(module), 'a process that still runs').to.match(/^first /);
  });

  it('is made anew in a copy of the folder', async () => {
    const module = await compile();
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    try {
      const own = await compiledEntry(entry, copy);
      expect(own).not.to.equal(module);
      expect(own?.startsWith(copy)).to.equal(true);
      expect(await compile()).to.equal(module);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('is none where a source does not compile or is not there', async () => {
    write('word.ts', 'export const = ;');
    expect(await compile()).to.equal(undefined);
    expect(await compiledEntry(join(folder, 'nobody.ts'), folder)).to.equal(undefined);
  });
});
