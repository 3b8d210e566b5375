import type { Failure } from './failures.ts';

/** How many tests came to which end. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(one: TestCounts, other: TestCounts): TestCounts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/** `N passed, N failed`, and the skipped ones where there are any. */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Nothing run is no success. */
export function isSuccess({ passed, failed }: TestCounts): boolean {
  return failed === 0 && passed > 0;
}

/** What the reporter writes after every test; `complete` comes with the last one. */
export interface CountsFile extends TestCounts {
  /** How long each file took, in milliseconds, by its path. */
  readonly fileMs?: Readonly<Record<string, number>>;
  readonly failures?: readonly Failure[];
  readonly complete: boolean;
}

/**
 * The counts of a mocha process that has ended: one that crashed, was killed or failed without a failed test counts as
 * one more failure.
 *
 * @param written what its reporter wrote, undefined when nothing
 * @param exitCode null when a signal ended it
 */
export function settleCounts(written: CountsFile | undefined, exitCode: number | null): TestCounts {
  const { passed, failed, skipped } = written ?? NO_TESTS;
  const crashed = written === undefined || !written.complete || (exitCode !== 0 && failed === 0);
  return { passed, failed: failed + (crashed ? 1 : 0), skipped };
}
