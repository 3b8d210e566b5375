import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DEFAULT_SPARK_VERSION, SPARK_VERSIONS, type SparkVersion, setUp } from '../../../scripts/setup/index.ts';
import { pythonWorkers } from '../../../scripts/stack/services/spark-environment.ts';

describe("Spark's Python workers", () => {
  it('import the installed PySpark, which has bytecode, and not the zip that Spark puts before it', async () => {
    const version = SPARK_VERSIONS.find((known) => known === process.env.SPARK_VERSION) ?? DEFAULT_SPARK_VERSION;
    const spark = await installed(version);
    const library = join(spark.sparkHome, 'python', 'lib');
    const zips = readdirSync(library).map((name) => join(library, name));
    expect(zips).to.have.length.greaterThan(1);
    // As Spark sets it for a worker.
    const env = { ...process.env, PYTHONPATH: zips.join(':') };
    const code = 'import py4j, pyspark; print(py4j.__file__, pyspark.__file__)';
    const stdout = await run(spark.python, code, env);
    const packages = dirname(spark.sparkHome);
    expect(stdout.trim().split(' ')).to.deep.equal(
      ['py4j', 'pyspark'].map((name) => join(packages, name, '__init__.py')),
    );
  });

  it('start without the threads of a library for matrices, and 3.5 without setuptools', async () => {
    const { python } = await installed('3.5.7');
    const code = `import os, sys, numpy
threads = len(os.listdir('/proc/self/task'))
import pyspark.sql.connect.streaming.worker.foreach_batch_worker
print(threads, 'setuptools' in sys.modules)`;
    expect(await run(python, code, { ...process.env, ...pythonWorkers('3.5.7') })).to.equal('1 False\n');
  });
});

async function installed(version: SparkVersion) {
  const spark = (await setUp({ sparkVersions: [version] })).sparks.get(version);
  if (spark === undefined) throw new Error(`Spark ${version} was not set up`);
  return spark;
}

async function run(python: string, code: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(python, ['-c', code], { env })).stdout;
}
