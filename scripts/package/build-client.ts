import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { setUpGeneratedCode } from '../setup/index.ts';
import { runTool } from '../setup/tool.ts';
import { withClassNames } from './class-names.ts';
import { documentFunctions } from './function-docs.ts';

/** The client's folder, where its package.json is. */
export const CLIENT_PACKAGE = join(PROJECT_ROOT, 'packages/spark-connect');
const SOURCES = join(CLIENT_PACKAGE, 'src');
/** What the namespace `functions` is made of; the rest of that folder is what they are made with. */
const FUNCTIONS = /^functions[/\\](?!column\.|define\.|formats\.|window-spec\.|index\.)/;
const HEADER = '/*! SPDX-License-Identifier: Apache-2.0 */';

/**
 * Builds packages/spark-connect as it is published: JavaScript in a few files, which load in half the time of 150, and a
 * declaration beside each module. What it depends on stays outside, but for the protobuf runtime: its hundred files would take as long to
 * load as all of ours.
 *
 * @param dist the folder to write, which is emptied first
 */
export async function buildClient(dist: string, signal: AbortSignal): Promise<void> {
  await setUpGeneratedCode({ signal });
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await Promise.all([
    bundle(dist),
    declarations(dist, signal),
    cp(join(SOURCES, 'streaming/foreach-batch/shim.py'), join(dist, 'shim.py')),
  ]);
}

async function bundle(dist: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, 'index.ts')],
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@grpc/grpc-js', 'apache-arrow', 'fzstd'],
    plugins: [noticesStay],
    banner: { js: HEADER },
    logLevel: 'error',
  });
  await Promise.all(outputFiles.map(({ path, text }) => writeFile(path, withClassNames(text))));
}

/** A file from elsewhere that goes into ours keeps its notice, which is the comment that it begins with. */
const noticesStay: Plugin = {
  name: 'notices-stay',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]node_modules[/\\].*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const [notice = ''] = /^(?:\/\/.*\n)+/.exec(text) ?? [];
      if (!/copyright/i.test(notice)) return undefined;
      const comment = notice.replaceAll(/^\/\/ ?/gm, ' * ').trimEnd();
      return { contents: `/*!\n${comment}\n */\n${text.slice(notice.length)}`, loader: 'js' };
    }),
};

async function declarations(dist: string, signal: AbortSignal): Promise<void> {
  const compiler = join(PROJECT_ROOT, 'node_modules/.bin/tsc');
  await runTool({
    file: compiler,
    args: ['-p', join(CLIENT_PACKAGE, 'tsconfig.build.json'), '--outDir', dist],
    signal,
  });
  for (const file of await declarationFiles(join(SOURCES, 'gen'))) {
    await cp(join(SOURCES, 'gen', file), join(dist, 'gen', file));
  }
  for (const file of await declarationFiles(dist)) {
    const text = await readFile(join(dist, file), 'utf8');
    // The sources import each other as .ts, which not every compiler takes in a declaration.
    const rewritten = text.replaceAll(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js');
    const documented = FUNCTIONS.test(file) ? documentFunctions(rewritten) : rewritten;
    await writeFile(join(dist, file), `${HEADER}\n${documented}`);
  }
}

async function declarationFiles(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
}
