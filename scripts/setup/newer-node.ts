import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { provideFolder } from './context.ts';
import { runTool } from './tool.ts';
import { NEWER_NODE } from './versions.ts';
import { type CacheUse, withCache } from './with-cache.ts';

/**
 * Makes `.cache/newer-node` unless it is there: a newer Node than the one that runs us, for the tests of what the client takes from Node itself.
 *
 * @returns the program
 * @throws SetUpError when npm cannot fetch it
 */
export function setUpNewerNode(options: CacheUse = {}): Promise<string> {
  return withCache(options, async (context) => {
    const { cache, signal } = context;
    const programIn = (folder: string) => join(folder, 'node_modules', NEWER_NODE.package, 'bin', 'node');
    await provideFolder(context, {
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
    });
    return programIn(cache.newerNode);
  });
}
