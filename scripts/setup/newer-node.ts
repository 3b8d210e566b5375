import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '../process-lock.mjs';
import { cacheLayout } from './cache.ts';
import { provideFolder } from './context.ts';
import { lineProgress, type Progress } from './progress.ts';
import { runTool } from './tool.ts';
import { NEWER_NODE } from './versions.ts';

/**
 * Makes `.cache/newer-node` unless it is there: a newer Node than the one that runs us, for the tests of what the client takes from Node itself.
 *
 * @returns the program
 * @throws SetUpError when npm cannot fetch it
 */
export async function setUpNewerNode(options: { progress?: Progress; signal?: AbortSignal } = {}): Promise<string> {
  const { progress = lineProgress(), signal } = options;
  const cache = cacheLayout();
  const release = await acquireLock(join(cache.root, 'set-up.lock'), signal && { signal });
  try {
    const programIn = (folder: string) => join(folder, 'node_modules', NEWER_NODE.package, 'bin', 'node');
    await provideFolder(
      { cache, progress, signal },
      {
        label: 'newer node',
        folder: cache.newerNode,
        inputs: { ...NEWER_NODE },
        doing: `installing Node ${NEWER_NODE.version}`,
        build: async (temporary) => {
          const wanted = `${NEWER_NODE.package}@${NEWER_NODE.version}`;
          // With a prefix: npm would take the project above the folder for what it is to install into.
          const place = ['--prefix', temporary, '--no-save', '--no-package-lock'];
          const quick = ['--no-audit', '--no-fund', '--ignore-scripts'];
          await runTool({ file: 'npm', args: ['install', ...place, ...quick, wanted], cwd: temporary, signal });
          await chmod(programIn(temporary), 0o755);
          // What this system cannot run shows here, not in the first test.
          await runTool({ file: programIn(temporary), args: ['--version'], signal });
        },
      },
    );
    return programIn(cache.newerNode);
  } finally {
    release();
  }
}
