// npm run setup [-- --spark 4.1.1,3.5.7]: what the other commands do by themselves, ahead of time.
import { command, runCommand } from '../../settings/index.ts';
import { SPARK_OPTION, sparkVersionsOf } from '../spark-option.ts';
import { setUp } from './index.ts';

await runCommand(async (signal) => {
  const program = command('setup', 'fetches and caches everything that the local stack needs').addOption(SPARK_OPTION);
  program.parse();
  const started = Date.now();
  const installation = await setUp({ sparkVersions: sparkVersionsOf(program.opts()), signal });
  const sparks = [...installation.sparks.keys()].join(', ');
  console.log(`Everything is in place: Java ${installation.java.major}, Spark ${sparks} (${Date.now() - started} ms)`);
});
