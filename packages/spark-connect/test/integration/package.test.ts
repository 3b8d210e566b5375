/** The package as it is published, in a project of its own that has nothing but the package's dependencies. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { publint } from 'publint';
import { buildClient, CLIENT_PACKAGE } from '../../../../scripts/package/build-client.ts';
import { sparkRemote } from '../helpers/spark.ts';

const run = promisify(execFile);
const NAME = '@instant-health/spark-connect';
const MODULES = join(CLIENT_PACKAGE, '../../node_modules');

const PLAIN_JS = `
import { tableFromArrays } from 'apache-arrow';
import { col, functions as F, rowValues, SparkConnectError, SparkSession, Timestamp } from '${NAME}';

const spark = await SparkSession.builder().getOrCreate();
const frame = spark.createDataFrame([{ id: 1n, at: Timestamp.parse('9999-12-31T23:59:59.999999Z') }, { id: 2n, at: null }]);
const rows = await frame.orderBy(F.desc('id')).select(col('at'), col('id')).collect();
const arrow = await spark.createDataFrame(tableFromArrays({ x: Float64Array.of(0.5, 1) })).toArrow();
const failure = await spark.table('no_such_table').collect().catch((error) => error);
await spark.stop();
console.log(JSON.stringify({
  rows: rows.map((row) => rowValues(row).map(String)),
  arrow: arrow.toArray().map(({ x }) => x),
  failure: [failure instanceof SparkConnectError, failure.errorClass],
}));
`;

/** Compiled only: rows of an interface, which has no index signature, and names for a table. */
const TYPED_ROWS = `
import { tableFromArrays } from 'apache-arrow';
import { type DataFrame, rowValues, type SparkSession } from '${NAME}';

interface Reading {
  readonly id: number;
  readonly ward: string;
}

export async function copies(spark: SparkSession, frame: DataFrame): Promise<DataFrame[]> {
  const rows = await frame.collect<Reading>();
  const table = tableFromArrays({ x: Float64Array.of(0.5, 1) });
  const values = rows.map((row) => rowValues(row));
  return [spark.createDataFrame(values, 'id INT, ward STRING'), spark.createDataFrame(table, ['z'])];
}
`;

/** Compiled only, with declarations, for which the compiler must be able to name every type that it has inferred. */
const INFERRED_TYPES = `
import { functions as F, SparkSession, StorageLevels, StructType, types as T } from '${NAME}';

export const pad = F.lpad;
export const joined = F.coalesce;
export const everyFunction = F;
export const levels = StorageLevels;
export const money = T.decimal(10, 2);
export const nested = T.map(T.string(), T.array(T.int()));
export const fields = [T.date(), T.char(2), T.time(), T.dayTimeInterval(), T.yearMonthInterval(), T.geometry(4326)];
export const schema = StructType.of({ amount: money });
export const metadata = () => schema.field('amount').metadata;
export const builder = SparkSession.builder();
export const parts = (spark: SparkSession) => {
  const frame = spark.range(1);
  const { read, readStream, catalog, conf, streams, tvf, client } = spark;
  const writers = [frame.write, frame.writeTo('t'), frame.writeStream] as const;
  return { read, readStream, catalog, conf, streams, tvf, client, writers, groups: frame.groupBy('id'), na: frame.na };
};
export const query = async (spark: SparkSession) => {
  const started = await spark.range(1).writeStream.start();
  return { stop: started.stop, status: await started.status(), progress: await started.lastProgress() };
};
export const tables = async ({ catalog }: SparkSession) => (await catalog.listTables()).map(({ name, tableType }) => [name, tableType?.length]);
export const handling = (spark: SparkSession) => spark.range(1).writeStream.foreachBatch;
`;

const NAMES_JS = `
import * as all from '${NAME}';
const classes = Object.entries(all).filter(([, it]) => typeof it === 'function' && /^class\\b/.test(String(it)));
let stack = '';
try {
  all.LocalDate.parse('none');
} catch (error) {
  stack = error.stack;
}
console.log(JSON.stringify({ names: classes.map(([exported, { name }]) => [exported, name]), stack }));
`;

const TS_CONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    declaration: true,
    types: ['node'],
    // The declarations of the package itself must be sound too.
    skipLibCheck: false,
    outDir: 'out',
    rootDir: 'src',
  },
  include: ['src'],
};

describe('the package', () => {
  let project: string;
  let installed: string;

  const node = (...args: string[]) =>
    run(process.execPath, args, {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: '', SPARK_REMOTE: sparkRemote() },
    });

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'spark-connect-package-'));
    const staged = join(project, 'staged');
    await mkdir(staged);
    for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'examples']) {
      await cp(join(CLIENT_PACKAGE, name), join(staged, name), { recursive: true });
    }
    await buildClient(join(staged, 'dist'), new AbortController().signal);
    await run('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', project], { cwd: staged });
    installed = join(project, 'node_modules', NAME);
    await mkdir(installed, { recursive: true });
    const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1']);
    const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
      const link = join(project, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(MODULES, name), link);
    }
    await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  });
  after(() => rm(project, { recursive: true, force: true }));

  it('holds what it should and nothing else, and publint finds nothing to say', async () => {
    const folders = (await readdir(installed)).sort();
    expect(folders).to.deep.equal(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'examples', 'package.json']);
    const kinds = (await readdir(join(installed, 'dist'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => /(\.d\.ts|\.js|\.py)$/.exec(name)?.[0] ?? name);
    expect([...new Set(kinds)].sort()).to.deep.equal(['.d.ts', '.js', '.py']);
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages).to.deep.equal([]);
  });

  it('has a licence in every file, and no any in its declarations', async () => {
    const files = (await readdir(join(installed, 'dist'), { recursive: true })).filter((name) =>
      /\.(d\.ts|js)$/.test(name),
    );
    expect(files).to.include('index.d.ts');
    const notices = new Set<string>();
    for (const file of files) {
      const text = await readFile(join(installed, 'dist', file), 'utf8');
      if (!file.startsWith('gen')) expect(text, file).to.contain('SPDX-License-Identifier: Apache-2.0');
      for (const [, owner = ''] of text.matchAll(/Copyright [\d-]+ ([\w ]+)/g)) notices.add(owner);
      if (!file.endsWith('.d.ts')) continue;
      // Editors show the names of parameters, and that of a long union.
      expect(text, file).not.to.contain('args_0');
      expect(text, file).not.to.match(/(?:from|import\()\s*['"]\.[^'"]*\.ts['"]/);
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|'[^'\n]*'|"[^"\n]*"/g, '').split('\n');
      expect(
        code.find((line) => /(?:[:<|,(=]|=>)\s*any\b(?!\s*[(?:])/.test(line)),
        file,
      ).to.equal(undefined);
    }
    // What of others is built in: the protobuf runtime.
    expect([...notices]).to.include.members(['Buf Technologies', 'Google Inc']);
  });

  it('has classes that tell their own names, in stacks too', async () => {
    await writeFile(join(project, 'names.js'), NAMES_JS);
    const { stdout } = await node('names.js');
    const { names, stack } = JSON.parse(stdout);
    expect(names.length).to.be.greaterThan(30);
    for (const [exported, name] of names) expect(name).to.equal(exported);
    expect(stack)
      .to.match(/at LocalDate\.parse/)
      .and.not.match(/\b_[A-Z]/);
  });

  it('works from plain JavaScript, also where no text may be compiled', async () => {
    await writeFile(join(project, 'main.js'), PLAIN_JS);
    for (const flags of [[], ['--disallow-code-generation-from-strings']]) {
      const { stdout } = await node(...flags, 'main.js');
      expect(JSON.parse(stdout), flags.join()).to.deep.equal({
        rows: [
          ['null', '2'],
          ['9999-12-31T23:59:59.999999Z', '1'],
        ],
        arrow: [0.5, 1],
        failure: [true, 'TABLE_OR_VIEW_NOT_FOUND'],
      });
    }
  });

  it('works from TypeScript: the quick start of its README and its examples', async function () {
    // A compiler and four processes.
    this.timeout(240_000);
    const readme = await readFile(join(installed, 'README.md'), 'utf8');
    const [, quickStart = ''] = /## Quick start\s+```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(quickStart).to.contain('sc://localhost:15002');
    await mkdir(join(project, 'src'));
    await writeFile(join(project, 'src/quick-start.ts'), quickStart.replace('sc://localhost:15002', sparkRemote()));
    const examples = (await readdir(join(installed, 'examples'))).map((name) => name.replace('.ts', '')).sort();
    expect(examples).to.deep.equal(['batch', 'foreach-batch', 'streaming']);
    await cp(join(installed, 'examples'), join(project, 'src'), { recursive: true });
    await writeFile(join(project, 'src/typed-rows.ts'), TYPED_ROWS);
    await writeFile(join(project, 'src/inferred-types.ts'), INFERRED_TYPES);
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TS_CONFIG));
    await run(join(MODULES, '.bin/tsc'), ['-p', project, '--pretty', 'false']).catch(({ stdout }) => {
      throw new Error(`tsc: ${stdout}`);
    });

    // One after the other: a busy server gives a Python worker only ten seconds to start.
    const told: Record<string, string> = {};
    for (const name of ['quick-start', ...examples]) told[name] = (await node(`out/${name}.js`)).stdout;
    expect(told['quick-start']).to.contain('|         1|  211|').and.contain('{ customerId: 1, worst: 211 }');
    expect(told.batch).to.contain('|  3B|  211|       2|').and.contain('ward 4A: 150');
    expect(told['foreach-batch']).to.contain('batch 0: 5 even values').and.contain('batch 2: 5 even values');
    expect(told.streaming).to.match(/batch \d+ had \d+ rows/);
  });
});
