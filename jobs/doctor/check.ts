import { formatDuration, messageOf, OperatorError } from '../../settings/index.ts';

/** One link of the chain, looked at from one side. */
export interface Check {
  /** What is at the other end: `database`, `kafka` … */
  readonly link: string;
  readonly from: 'here' | 'cluster';
  readonly what: string;
  /** What must hold before this can be looked at. */
  readonly after: readonly Check[];
  /** What must not have failed, but may have been left unchecked. */
  readonly unlessFailed?: readonly Check[];
  readonly limitMs: number;
  /** What to do where the failure itself does not say it. */
  readonly next: string;
  /** @returns what was found, for people; throws {@link NotChecked}, or what is wrong */
  run(signal: AbortSignal): Promise<string>;
}

type Particulars = Omit<Check, 'link' | 'from' | 'what' | 'limitMs'> & Partial<Pick<Check, 'limitMs'>>;

/** A short way to write several checks of one link from one side. */
export function checksOf({ link, from, limitMs }: Pick<Check, 'link' | 'from' | 'limitMs'>) {
  return (what: string, particulars: Particulars): Check => ({ link, from, what, limitMs, ...particulars });
}

/** What the other checks need of those from here to one service. */
export interface ServiceChecks<Settings> {
  readonly checks: readonly Check[];
  readonly settings: Check;
  /** To be read after `settings` holds. */
  found(): Settings;
  /** Lets go of what was opened. */
  close(): Promise<void>;
}

export type Verdict = 'ok' | 'failed' | 'not checked';

export interface Finding {
  readonly link: string;
  readonly from: 'here' | 'cluster';
  readonly what: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to do about a failure. */
  readonly next?: string;
  /** 2 where a setting is missing or wrong. */
  readonly exitCode: 0 | 1 | 2;
}

/** Thrown by a check that has nothing to look at. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked';
}

/**
 * Runs checks, each as soon as those before it are done, and gives the findings in the checks' order.
 *
 * @throws the signal's reason when it fires
 */
export async function* examine(
  checks: readonly Check[],
  signal: AbortSignal,
): AsyncGenerator<Finding, void, undefined> {
  const findings = new Map<Check, Promise<Finding>>();
  for (const check of checks) {
    const finding = afterOthers(check, findings, signal);
    // Whoever reads the findings gets its failure in turn.
    finding.catch(() => undefined);
    findings.set(check, finding);
  }
  for (const finding of findings.values()) yield await finding;
}

async function afterOthers(
  check: Check,
  findings: ReadonlyMap<Check, Promise<Finding>>,
  signal: AbortSignal,
): Promise<Finding> {
  const { link, from, what } = check;
  for (const earlier of [...check.after, ...(check.unlessFailed ?? [])]) {
    const finding = await findings.get(earlier);
    if (finding === undefined) throw new Error(`${what} of ${link} is listed before what it needs`);
    if (finding.verdict === 'ok') continue;
    if (finding.verdict === 'not checked' && !check.after.includes(earlier)) continue;
    const where = finding.from === from ? '' : ` from ${finding.from}`;
    const state = finding.verdict === 'failed' ? 'failed' : 'was not checked';
    const detail = `${finding.link} ${finding.what}${where} ${state}`;
    return { link, from, what, verdict: 'not checked', detail, exitCode: 0 };
  }
  signal.throwIfAborted();
  return judge(check, signal);
}

async function judge(check: Check, signal: AbortSignal): Promise<Finding> {
  const { link, from, what, limitMs } = check;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(tooLate(limitMs)), limitMs);
  const end = AbortSignal.any([signal, limit.signal]);
  try {
    const detail = await Promise.race([check.run(end), rejected(end)]);
    return { link, from, what, verdict: 'ok', detail, exitCode: 0 };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotChecked) {
      return { link, from, what, verdict: 'not checked', detail: messageOf(error), exitCode: 0 };
    }
    const told: unknown = limit.signal.aborted ? limit.signal.reason : error;
    const { next = check.next, exitCode = 1 } = told instanceof OperatorError ? told : {};
    return { link, from, what, verdict: 'failed', detail: messageOf(told), next, exitCode };
  } finally {
    clearTimeout(timer);
  }
}

/** What does not listen to its signal is left behind. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function tooLate(limitMs: number): OperatorError {
  return new OperatorError('DOCTOR_NO_ANSWER', `no answer within ${formatDuration(limitMs)}`);
}
