// npm test: everything from nothing. Its last line is `N passed, N failed`.
import { command, readStackState, report, runCommand } from '../../settings/index.ts';
import { DEFAULT_SPARK_VERSION, SPARK_VERSIONS } from '../setup/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { chosenStackMode, isStackUp, stackDown, stackUp } from '../stack/index.ts';
import { runMocha } from './run-mocha.ts';
import { addCounts, isSuccess, NO_TESTS, summaryLine, type TestCounts } from './test-counts.ts';
import { STACK_RUNS, type TestRun, testFiles, UNIT_RUN } from './test-plan.ts';

const progress = lineProgress();

await runCommand(async (signal) => {
  command('test', 'sets everything up and runs every test against the real stack').parse();
  let counts = NO_TESTS;
  try {
    await runAll(signal, (more) => {
      counts = addCounts(counts, more);
    });
  } catch (error) {
    if (!signal.aborted) report(error);
    counts = { ...counts, failed: counts.failed + 1 };
  }
  console.log(`\n${summaryLine(counts)}`);
  return isSuccess(counts) ? 0 : 1;
});

async function runAll(signal: AbortSignal, add: (counts: TestCounts) => void): Promise<void> {
  // A stack that somebody else works with stays up.
  const wasUp = isStackUp();
  try {
    // Containers and foreign services come with one Spark: the tests for the other have nothing to run on.
    const sparks = chosenStackMode() === 'native' ? SPARK_VERSIONS : [DEFAULT_SPARK_VERSION];
    await stackUp({ sparks, progress, signal });
    add(await runTests(UNIT_RUN, {}, signal));
    for (const run of STACK_RUNS) {
      const environment = stackEnvironment(run);
      if (environment === undefined) progress.line('test', `${run.title}: left out, this stack has no such server`);
      else add(await runTests(run, environment, signal));
    }
  } finally {
    if (!wasUp) await stackDown({ wipe: false, progress });
  }
}

async function runTests(
  run: TestRun,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<TestCounts> {
  const files = testFiles(run);
  progress.line('test', `${run.title}: ${files.length} files`);
  return files.length === 0 ? NO_TESTS : await runMocha({ files, environment, signal });
}

/**
 * The stack's addresses as process environment, which is above .env: tests must never reach another system. Undefined
 * where the stack lacks the run's Spark.
 */
function stackEnvironment({ spark }: TestRun): Record<string, string> | undefined {
  const state = readStackState();
  const remote = state?.sparkRemotes[spark ?? ''];
  if (state === undefined || spark === undefined || remote === undefined) return undefined;
  return { ...state.environment, SPARK_VERSION: spark, SPARK_REMOTE: remote };
}
