import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { unpackArchive } from './archive.ts';
import { provideFolder, type SetUpContext } from './context.ts';
import { SetUpError } from './set-up-error.ts';
import { runTool } from './tool.ts';
import { DEFAULT_SPARK_VERSION } from './versions.ts';

const GENERATED = join(PROJECT_ROOT, 'packages/spark-connect/src/gen');
const RPC_FILES = ['google/rpc/status.proto', 'google/rpc/error_details.proto', 'google/rpc/code.proto'];
const OPTIONS = ['target=js+dts', 'import_extension=js'];

/**
 * Generates packages/spark-connect/src/gen from the .proto files inside Spark's own connect jar. 4.x's set is a
 * superset of 3.5's, so one generation serves both.
 *
 * @param sparkHome resolved only when something has to be generated
 */
export async function provideProtos(context: SetUpContext, sparkHome: () => Promise<string>): Promise<void> {
  await provideFolder(context, {
    label: 'protobuf',
    folder: GENERATED,
    inputs: { spark: DEFAULT_SPARK_VERSION, rpc: RPC_FILES, options: OPTIONS, generator: generatorVersion() },
    doing: `generating code from the protocol files of Spark ${DEFAULT_SPARK_VERSION}`,
    build: async (temporary) => {
      const jars = join(await sparkHome(), 'jars');
      const jar = (await readdir(jars)).find((name) => name.startsWith('spark-connect_'));
      if (jar === undefined) throw new SetUpError(`there is no spark-connect jar in ${jars}`);
      const sources = join(temporary, 'proto');
      await unpackArchive(join(jars, jar), sources, 'spark/connect/', [], context.signal);
      await unpackArchive(join(jars, jar), sources, 'google/rpc/', RPC_FILES, context.signal);
      await rm(join(sources, 'spark/connect/example_plugins.proto'), { force: true });
      await generate(sources, temporary, context.signal);
      await rm(sources, { recursive: true });
    },
  });
}

async function generate(sources: string, output: string, signal: AbortSignal | undefined): Promise<void> {
  const template = {
    version: 'v2',
    plugins: [{ local: join(PROJECT_ROOT, 'node_modules/.bin/protoc-gen-es'), out: output, opt: OPTIONS }],
  };
  await writeFile(join(sources, 'buf.yaml'), 'version: v2\n');
  const buf = join(PROJECT_ROOT, 'node_modules/.bin/buf');
  await runTool({ file: buf, args: ['generate', '--template', JSON.stringify(template)], cwd: sources, signal });
}

function generatorVersion(): string {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, 'node_modules/@bufbuild/protoc-gen-es/package.json'), 'utf8'))
    .version;
}
