import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildStamped, isStamped, stampOf } from '../../../scripts/setup/stamp.ts';

const INPUTS = { version: '4.1.1', coordinates: ['a:b:1'] };

describe('stamps of set-up', () => {
  let root: string;
  let folder: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stamp-'));
    folder = join(root, 'kafka');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('depend on the inputs, not on the order of their keys', () => {
    expect(stampOf({ a: 1, b: 2 })).to.equal(stampOf({ b: 2, a: 1 }));
    expect(stampOf({ a: 1, b: 2 })).not.to.equal(stampOf({ a: 2, b: 1 }));
  });

  it('mark a folder as made from exactly its inputs', async () => {
    expect(isStamped(folder, INPUTS)).to.equal(false);
    await buildStamped(folder, INPUTS, async (temporary) => writeFileSync(join(temporary, 'a.jar'), 'one'));
    expect(isStamped(folder, INPUTS)).to.equal(true);
    expect(isStamped(folder, { ...INPUTS, version: '4.2.0' })).to.equal(false);
    expect(readFileSync(join(folder, 'a.jar'), 'utf8')).to.equal('one');
  });

  it('replace the whole folder, leaving no file of the old one', async () => {
    await buildStamped(folder, INPUTS, async (temporary) => writeFileSync(join(temporary, 'old.jar'), ''));
    await buildStamped(folder, { version: 2 }, async (temporary) => writeFileSync(join(temporary, 'new.jar'), ''));
    expect(readdirSync(folder).sort()).to.deep.equal(['.stamp.json', 'new.jar']);
    expect(readdirSync(root)).to.deep.equal(['kafka']);
  });

  it('are not given to a build that failed; the finished folder before it stays', async () => {
    await buildStamped(folder, INPUTS, async (temporary) => writeFileSync(join(temporary, 'good.jar'), ''));
    const failure = new Error('the network is gone');
    const broken = buildStamped(folder, { version: 2 }, async (temporary) => {
      writeFileSync(join(temporary, 'half.jar'), '');
      throw failure;
    });
    expect(await broken.catch((error: unknown) => error)).to.equal(failure);
    expect(isStamped(folder, INPUTS)).to.equal(true);
    expect(readdirSync(root)).to.deep.equal(['kafka']);
  });

  it('are not assumed for what a killed process left, which is removed', async () => {
    const leftover = `${folder}.partial-999999999-1`;
    mkdirSync(leftover);
    expect(isStamped(folder, INPUTS)).to.equal(false);
    await buildStamped(folder, INPUTS, async () => {});
    expect(existsSync(leftover)).to.equal(false);
  });

  it('are refused when the stamp file is cut off', async () => {
    await buildStamped(folder, INPUTS, async () => {});
    writeFileSync(join(folder, '.stamp.json'), '{"stamp": "');
    expect(isStamped(folder, INPUTS)).to.equal(false);
  });
});
