// npm test: everything from nothing. Its last line is `N passed, N failed`.
import { command, readStackState, report, runCommand } from '../../settings/index.ts';
import { DEFAULT_SPARK_VERSION, SPARK_VERSIONS, setUpGeneratedCode, setUpNewerNode } from '../setup/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { chosenStackMode, isStackUp, provideClassArchives, stackDown, stackUp } from '../stack/index.ts';
import { type CompiledTests, compileTests } from './compiled-tests.ts';
import { type Failure, type FailureOfRun, failureList } from './failures.ts';
import { type FileMs, type FileTime, fileTimes, longest } from './file-times.ts';
import { runMocha } from './run-mocha.ts';
import { addCounts, isSuccess, NO_TESTS, summaryLine, type TestCounts } from './test-counts.ts';
import { STACK_RUNS, type TestRun, testFiles, UNIT_RUN } from './test-plan.ts';

const progress = lineProgress();

// Tests on real services mostly wait: four runs side by side leave two cores idle for a tenth of the time. Five take longer: what
// waits is not free, and there is more of it.
const LANES = 4;

const took: FileTime[] = [];
const failed: FailureOfRun[] = [];

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
  if (took.length > 0) console.log(`\nWhat took longest:\n${longest(took)}`);
  if (failed.length > 0) console.log(`\nWhat failed:\n${failureList(failed)}`);
  console.log(`\n${summaryLine(counts)}`);
  return isSuccess(counts) ? 0 : 1;
});

async function runAll(signal: AbortSignal, add: (counts: TestCounts) => void): Promise<void> {
  // A stack that somebody else works with stays up.
  const wasUp = isStackUp();
  try {
    // Containers and foreign services come with one Spark: the tests for the other have nothing to run on.
    const sparks = chosenStackMode() === 'native' ? SPARK_VERSIONS : [DEFAULT_SPARK_VERSION];
    await setUpGeneratedCode({ progress, signal });
    await using tests = await compileTests([UNIT_RUN, ...STACK_RUNS].flatMap((run) => testFiles(run)));
    const onStack = async () => {
      // A dozen and a half servers are started: they come sooner with their classes ready.
      if (chosenStackMode() === 'native') await provideClassArchives({ sparks, progress, signal });
      await stackUp({ sparks, progress, signal });
      await runInLanes(tests, [...STACK_RUNS], add, signal);
    };
    // What needs no server runs while they start.
    await allToTheirEnds([runTests(tests, UNIT_RUN, {}, signal).then(add), onStack()]);
  } finally {
    if (!wasUp) await stackDown({ wipe: false, progress });
  }
}

/** Takes the runs one after the other, as many at a time as there are lanes; each line says whose it is. */
async function runInLanes(
  tests: CompiledTests,
  waiting: TestRun[],
  add: (counts: TestCounts) => void,
  signal: AbortSignal,
): Promise<void> {
  const lane = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const environment = stackEnvironment(run);
      if (environment === undefined) progress.line('test', `${run.title}: left out, this stack has no such server`);
      else add(await runTests(tests, run, environment, signal));
    }
  };
  await allToTheirEnds(Array.from({ length: LANES }, lane));
}

/** Each comes to its end, also where another failed: a mocha that was left behind would go on with a stack that is going. */
async function allToTheirEnds(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const end of await Promise.allSettled(tasks)) if (end.status === 'rejected') throw end.reason;
}

async function runTests(
  tests: CompiledTests,
  run: TestRun,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<TestCounts> {
  const files = testFiles(run);
  if (files.length === 0) return NO_TESTS;
  const task = progress.task('test', `${run.title}: ${files.length} files`);
  const output = linesOf((line) => console.log(run === UNIT_RUN ? line : `${run.title} | ${line}`));
  try {
    const onFileTimes = (fileMs: FileMs) => took.push(...fileTimes(run.title, fileMs));
    const onFailures = (failures: readonly Failure[]) =>
      failed.push(...failures.map((failure) => ({ ...failure, run: run.title })));
    const counts = await runMocha({
      tests,
      files,
      environment,
      ...(run.onNewerNode && { node: await setUpNewerNode({ progress, signal }) }),
      signal,
      onOutput: output.write,
      onFileTimes,
      onFailures,
    });
    output.end();
    task.done(`${run.title}: ${summaryLine(counts)}`);
    return counts;
  } finally {
    task.stop();
  }
}

/** Cuts text that comes in pieces into whole lines. */
function linesOf(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write(text) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end() {
      if (rest !== '') onLine(rest);
    },
  };
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
