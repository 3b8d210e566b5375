// What scripts/start.mjs runs: an entry, compiled below node_modules/.cache, which `npm ci` empties.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
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
  const accountPath = join(store, `${name}.json`);
  const account = readAccount(accountPath);
  if (account !== undefined && isCurrent(account, store)) return account.module;
  try {
    return await compile(entry, join(store, name), accountPath);
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

async function compile(entry, path, accountPath) {
  const { build, stop } = await import('esbuild');
  mkdirSync(dirname(path), { recursive: true });
  const folder = `${path}-${process.pid}-${Date.now()}`;
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    // What is imported late stays apart: AWS's clients are large, and few commands need them.
    splitting: true,
    outdir: `${folder}.partial`,
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
    // A package that was written for `require` still asks for Node's own modules with it.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(${JSON.stringify(entry)});`,
    },
  });
  // Its own process would stay as long as ours.
  await stop();
  // What `npm ci` installs it installs with a new store.
  const sources = Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith('node_modules/'))
    .map((path) => resolve(root, path));
  const module = join(folder, basename(entry).replace(/\.ts$/, '.mjs'));
  renameSync(`${folder}.partial`, folder);
  const account = { module, sources: Object.fromEntries(sources.map((path) => [path, stateOf(path)])) };
  writeFileSync(`${accountPath}.${process.pid}`, JSON.stringify(account));
  renameSync(`${accountPath}.${process.pid}`, accountPath);
  forgetOld(path, folder);
  return module;
}

/**
 * Packages that are loaded as ever: AWS's, which are large and which few commands need, and tools with programs of their own. Others
 * come in hundreds of small files, which take longer to be found and read than to be run.
 */
const LOADED_AS_EVER = /^(@aws-sdk|@smithy|aws-msk-iam-sasl-signer-js|esbuild|tsx|mocha)([/]|$)/;

const somePackagesStay = {
  name: 'some-packages-stay',
  setup: ({ onResolve }) =>
    onResolve({ filter: LOADED_AS_EVER }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true },
    ),
};

/** A source that asks where it stands is told of its own place, not of the compiled file's. */
const placesStay = {
  name: 'places-stay',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
    onLoad({ filter: /node_modules[/].*\.c?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('__dirname')) return undefined;
      return { contents: `var __dirname = ${JSON.stringify(dirname(path))};${text}`, loader: 'js' };
    });
  },
};

function forgetOld(entryPath, current) {
  const store = dirname(entryPath);
  const name = basename(entryPath);
  for (const other of readdirSync(store)) {
    const path = join(store, other);
    const isOfEntry = other.startsWith(`${name}-`) && /^\d+-\d+(\.partial)?$/.test(other.slice(name.length + 1));
    if (!isOfEntry || path === current) continue;
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && Date.now() - modified > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
