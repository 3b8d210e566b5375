// npm run setup [-- --spark 4.1.1,3.5.7]: what the other commands do by themselves, ahead of time.
import { Command } from 'commander';
import { runScript } from '../run-script.ts';
import { parseSparkVersions } from '../spark-option.ts';
import { setUp } from './index.ts';
import { DEFAULT_SPARK_VERSION, SPARK_VERSIONS } from './versions.ts';

await runScript(async (signal) => {
  const program = new Command('setup')
    .description('fetches and caches everything that the local stack needs')
    .option('--spark <versions>', `Spark versions, comma-separated, of ${SPARK_VERSIONS.join(', ')}`, DEFAULT_SPARK_VERSION)
    .exitOverride();
  program.parse();
  const started = Date.now();
  const installation = await setUp({ sparkVersions: parseSparkVersions(program.opts()['spark']), signal });
  const sparks = [...installation.sparks.keys()].join(', ');
  console.log(`Everything is in place: Java ${installation.java.major}, Spark ${sparks} (${Date.now() - started} ms)`);
});
