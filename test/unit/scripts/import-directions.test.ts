import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { PROJECT_ROOT } from '../../../settings/index.ts';

const CLIENT = 'packages/spark-connect/src';

/** A file's place, what it imports, and whether that is with the arrows. */
const CASES: readonly [path: string, imported: string, allowed: boolean][] = [
  [`${CLIENT}/plan`, '../types/index.ts', true],
  [`${CLIENT}/types`, '../plan/relations/filter.ts', false],
  [`${CLIENT}/arrow`, '../plan/relations/filter.ts', false],
  [`${CLIENT}/client`, '../api/data-frame.ts', false],
  [`${CLIENT}/streaming`, '../client/session-client.ts', true],
  [`${CLIENT}/streaming/foreach-batch`, '../../api/data-frame.ts', false],
  [`${CLIENT}/api`, '../streaming/index.ts', true],
  [`${CLIENT}/api`, '../../../../settings/index.ts', false],
  ['settings', '../database/index.ts', false],
  ['database', '../settings/index.ts', true],
  ['producer', '../jobs/job.ts', false],
  ['jobs', '../producer/contract/index.ts', true],
  ['jobs', '@instant-health/spark-connect', true],
  ['jobs', '../packages/spark-connect/src/index.ts', false],
  ['jobs/alerts', '../../scripts/setup/index.ts', false],
  ['jobs', '../emr/index.ts', false],
];

describe('the import directions', () => {
  // Biome reads its rules by path, so the probes have to be inside the project for a moment. Their folder is unique
  // to this process, and git ignores it.
  const probe = `.import-probe-${process.pid}`;
  const folders = new Set(CASES.map(([path]) => join(PROJECT_ROOT, path, probe)));

  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('are enforced by the linter', async () => {
    const files = CASES.map(([path, imported], index) => {
      const file = join(PROJECT_ROOT, path, probe, `case-${index}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      // One folder deeper than the room's own files.
      const source = imported.startsWith('.') ? `../${imported}` : imported;
      writeFileSync(file, `import '${source}';\n`);
      return file;
    });
    const biome = join(PROJECT_ROOT, 'node_modules/.bin/biome');
    const args = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--vcs-enabled=false', ...files];
    const { stdout } = await promisify(execFile)(biome, args, { cwd: PROJECT_ROOT }).catch((error) => error);
    const refused = new Set(
      JSON.parse(stdout).diagnostics.map(({ location }: { location: { path: string } }) => location.path),
    );
    for (const [index, [path, imported, allowed]] of CASES.entries()) {
      const found = [...refused].some((name) => String(name).endsWith(`case-${index}.ts`));
      expect(found, `${path} importing ${imported} is refused`).to.equal(!allowed);
    }
  });
});
