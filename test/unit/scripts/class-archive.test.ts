import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hasOwnArchive } from '../../../scripts/stack/class-archive.ts';

describe('a Java without an archive of its own classes', () => {
  it('is known by that: its JVM would not start where it is asked to add to it', () => {
    const home = mkdtempSync(join(tmpdir(), 'instant-health-java-'));
    try {
      expect(hasOwnArchive(home)).to.equal(false);
      mkdirSync(join(home, 'lib', 'server'), { recursive: true });
      writeFileSync(join(home, 'lib', 'server', 'classes.jsa'), '');
      expect(hasOwnArchive(home)).to.equal(true);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
