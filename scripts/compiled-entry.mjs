// What scripts/start.mjs runs: an entry, compiled below node_modules/.cache, which `npm ci` empties.
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STORE = join(root, 'node_modules', '.cache', 'instant-health');
const GENERATED = join(root, 'packages', 'spark-connect', 'src', 'gen', '.stamp.json');
/** Processes that still run may yet load a part of what they were started from. */
const KEPT_MS = 24 * 3_600_000;

/**
 * @param {string} entry path of a TypeScript file
 * @param {string} [store] folder of what is compiled
 * @returns {Promise<string | undefined>} path of a module that does the same, or undefined where none can be made
 */
export async function compiledEntry(entry, store = STORE) {
  // Without the generated protobuf code imports lead nowhere; only what sets it up is started then.
  if (!existsSync(GENERATED)) return undefined;
  const name = relative(root, entry).replaceAll(/[^\w-]+/g, '-');
  const account = readAccount(join(store, `${name}.json`));
  if (account !== undefined && isCurrent(account, store)) return account.module;
  try {
    return await compile(entry, name, store);
  } catch {
    return undefined;
  }
}

/** What was compiled: the module, and each of its sources with its size and time. */
function readAccount(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isCurrent({ module, sources }, store) {
  // A copy of the project's folder has accounts that name what the other one has compiled, of its own sources.
  const isOurs = dirname(dirname(module)) === store;
  return isOurs && existsSync(module) && Object.entries(sources).every(([path, state]) => stateOf(path) === state);
}

function stateOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.size} ${stat.mtimeMs}`;
}

async function compile(entry, name, store) {
  const { modules, sources } = await compileTogether([entry], name, store);
  const account = {
    module: modules.get(entry),
    sources: Object.fromEntries(sources.map((path) => [path, stateOf(path)])),
  };
  const accountPath = join(store, `${name}.json`);
  writeFileSync(`${accountPath}.${process.pid}`, JSON.stringify(account));
  renameSync(`${accountPath}.${process.pid}`, accountPath);
  return account.module;
}

/**
 * Compiles TypeScript files with all that they import, which they share as their sources do.
 *
 * @param {readonly string[]} entries their paths
 * @param {string} name what its folder's name begins with; those of this name that are a day old are removed
 * @param {string} [store] where that folder goes
 * @returns {Promise<{ folder: string, modules: Map<string, string>, sources: string[] }>} the new folder, the path of each entry's module,
 *   and those of all sources outside of node_modules
 * @throws where a source does not compile, or is not there
 */
export async function compileTogether(entries, name, store = STORE) {
  const folder = join(store, `${name}-${process.pid}-${Date.now()}`);
  const partial = `${folder}.partial`;
  const { build, stop } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    bundle: true,
    // What is imported late stays apart: AWS's clients are large, and few commands need them.
    splitting: true,
    outdir: partial,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['source'],
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    metafile: true,
    plugins: [somePackagesStay, placesStay],
    define: PLACES,
    // A package that was written for `require` still asks for Node's own modules with it.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(${JSON.stringify(join(root, 'package.json'))});`,
    },
  });
  // Its own process would stay as long as ours.
  await stop();
  const compiled = new Map();
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    const module = join(folder, relative(partial, resolve(root, path)));
    if (entryPoint !== undefined) compiled.set(resolve(root, entryPoint), module);
  }
  renameSync(partial, folder);
  forgetOld(store, name, folder);
  return {
    folder,
    modules: new Map(entries.map((entry) => [entry, compiled.get(realpathSync(entry))])),
    // What `npm ci` installs it installs with a new store.
    sources: Object.keys(metafile.inputs)
      .filter((path) => !path.startsWith('node_modules/'))
      .map((path) => resolve(root, path)),
  };
}

/**
 * Packages that are loaded as ever: AWS's, which are large and which few commands need, and tools with programs of their own. Others
 * come in hundreds of small files, which take longer to be found and read than to be run.
 */
const LOADED_AS_EVER =
  /^(@aws-sdk|@smithy|aws-msk-iam-sasl-signer-js|esbuild|tsx|mocha|playwright-core|publint)([/]|$)/;

const somePackagesStay = {
  name: 'some-packages-stay',
  setup: ({ onResolve }) =>
    onResolve({ filter: LOADED_AS_EVER }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true },
    ),
};

/**
 * What asks where it stands is told the place of its source, not that of the compiled file: esbuild puts these names there, and each source that
 * needs them declares them.
 */
const PLACES = {
  'import.meta.url': 'urlOfSource',
  'import.meta.dirname': 'folderOfSource',
  'import.meta.filename': 'pathOfSource',
};

const placesStay = {
  name: 'places-stay',
  setup({ onLoad }) {
    onLoad({ filter: /\.([cm]?js|ts)$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const places = { urlOfSource: pathToFileURL(path).href, folderOfSource: dirname(path), pathOfSource: path };
      const declarations = text.includes('import.meta.') ? declared(places) : '';
      // Only what is written for `require` has this name from Node, and does not declare it.
      const folder =
        /node_modules.*\.c?js$/.test(path) && text.includes('__dirname') ? declared({ __dirname: dirname(path) }) : '';
      if (declarations + folder === '') return undefined;
      return { contents: declarations + folder + text, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

function declared(constants) {
  return Object.entries(constants)
    .map(([name, value]) => `var ${name} = ${JSON.stringify(value)};`)
    .join('');
}

function forgetOld(store, name, current) {
  for (const other of readdirSync(store)) {
    const path = join(store, other);
    const isOfName = other.startsWith(`${name}-`) && /^\d+-\d+(\.partial)?$/.test(other.slice(name.length + 1));
    if (!isOfName || path === current) continue;
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && Date.now() - modified > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
