import { renameSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { COUNTING_REPORTER, COUNTS_FILE_VARIABLE } from './counts-file.ts';
import type { Failure } from './failures.ts';
import type { CountsFile } from './test-counts.ts';

/**
 * Mocha's spec reporter, which also writes down the counts after every test: a process that crashes in the middle
 * leaves the true counts so far.
 */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const path = process.env[COUNTS_FILE_VARIABLE];
    if (path === undefined) return;
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const fileMs: Record<string, number> = {};
    const failures: Failure[] = [];
    const write = (complete: boolean) => {
      const file: CountsFile = { ...counts, fileMs, failures, complete };
      writeFileSync(`${path}.tmp`, JSON.stringify(file));
      renameSync(`${path}.tmp`, path);
    };
    const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
      Mocha.Runner.constants;
    const { EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Mocha.Runner.constants;
    const count = (end: keyof typeof counts) => () => {
      counts[end] += 1;
      write(false);
    };
    runner.on(EVENT_RUN_BEGIN, () => write(false));
    runner.on(EVENT_TEST_PASS, count('passed'));
    // A hook that fails comes as a failure as well.
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable, error: Thrown) => {
      failures.push({ title: test.fullTitle(), message: `${error.stack ?? error.message}${difference(error)}` });
      count('failed')();
    });
    runner.on(EVENT_TEST_PENDING, count('skipped'));
    // A file's outermost suites, with their hooks: what a file costs, not only its tests.
    let begun = 0;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) begun = Date.now();
    });
    runner.on(EVENT_SUITE_END, ({ parent, file }) => {
      if (parent?.root && file) fileMs[file] = (fileMs[file] ?? 0) + Date.now() - begun;
    });
    runner.on(EVENT_RUN_END, () => write(true));
  }
}

// Mocha asks for a reporter by its name, and would load one of a path with `require`, which takes no ES module without a warning.
Object.assign(Mocha.reporters, { [COUNTING_REPORTER]: CountingReporter });

/** What comes to mocha as a failure: an assertion's says what it compared. */
interface Thrown extends Error {
  readonly showDiff?: boolean;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

function difference({ showDiff, actual, expected }: Thrown): string {
  if (showDiff === false || expected === undefined) return '';
  // Mocha has turned them into text by now, where it compares them itself.
  const text = (value: unknown) => (typeof value === 'string' ? value : Mocha.utils.stringify(value));
  return `\nactual: ${text(actual)}\nexpected: ${text(expected)}`;
}
