// npm run test:yarn: the end-to-end test where Spark's executors are containers of YARN, as on EMR. On a stack of its own,
// which is gone afterwards. Not part of `npm test`: it would take two minutes more.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, readStackState, runCommand } from '../../settings/index.ts';
import type { SparkVersion } from '../setup/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { SPARK_OPTION } from '../spark-option.ts';
import { stackDown, stackUp } from '../stack/index.ts';
import { compileTests } from './compiled-tests.ts';
import { runMocha } from './run-mocha.ts';
import { addCounts, isSuccess, NO_TESTS, summaryLine } from './test-counts.ts';

/** The lines of Spark that EMR has. */
const EMR_SPARKS: readonly SparkVersion[] = ['4.1.1', '3.5.7'];
const TESTS = ['test/e2e/whole-system.test.ts'];

await runCommand(async (signal) => {
  const program = command('test:yarn', 'runs the end-to-end test on YARN, on a stack of its own')
    .addOption(SPARK_OPTION.default(EMR_SPARKS, EMR_SPARKS.join(',')))
    .parse();
  const { spark: sparks } = program.opts<{ spark: readonly SparkVersion[] }>();
  const progress = lineProgress();
  const folder = await mkdtemp(join(tmpdir(), 'instant-health-yarn-'));
  process.env.INSTANT_HEALTH_STACK_DIR = folder;
  process.env.STACK = 'native';
  let counts = NO_TESTS;
  await using tests = await compileTests(TESTS);
  try {
    await stackUp({ sparks, withYarn: true, progress, signal });
    for (const spark of sparks) {
      const state = readStackState();
      const environment = {
        ...state?.environment,
        SPARK_VERSION: spark,
        SPARK_REMOTE: state?.sparkRemotes[spark] ?? '',
      };
      progress.line('test', `Spark ${spark} on YARN: ${TESTS.join(', ')}`);
      counts = addCounts(counts, await runMocha({ tests, files: TESTS, environment, signal }));
    }
  } finally {
    await stackDown({ wipe: true, progress });
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`\n${summaryLine(counts)}`);
  return isSuccess(counts) ? 0 : 1;
});
