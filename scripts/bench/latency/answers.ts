import { setTimeout as delay } from 'node:timers/promises';
import { judge } from '../../../jobs/alerts/limits.ts';
import { OperatorError } from '../../../settings/index.ts';
import type { TimedMail } from './catcher.ts';
import { expectedTellings, joinTellings, readTellings } from './episode-mails.ts';
import { type ExpectedBreach, joinMails } from './join-mails.ts';
import type { SentReading } from './paced-sender.ts';
import { readNotice } from './read-notice.ts';
import type { LatencySurroundings } from './surroundings.ts';

const LAST_MAILS_LIMIT_MS = 60_000;

/** What mails have told, and which of what was due. */
export interface Answers {
  /** In the order of their acceptance; as many for each batch as it says. */
  readonly notices: readonly unknown[];
  readonly answered: readonly {
    readonly breach: ExpectedBreach;
    readonly notice: { readonly acceptedAt: number };
    readonly latencyMs: number;
  }[];
  readonly unanswered: readonly ExpectedBreach[];
}

/** What the peer's mails tell: every batch in which something was out of limits. */
export async function answeredBreaches(
  sent: readonly SentReading[],
  surroundings: LatencySurroundings,
  signal: AbortSignal,
): Promise<Answers> {
  const expected = breachesOf(sent, surroundings);
  const read = async (mail: TimedMail) => [await readNotice(mail)];
  const notices = await lastNotices(surroundings, read, ({ count }) => count, expected.length, signal);
  return { notices, ...joinMails(expected, notices) };
}

/** What our mails tell: begins and ends of episodes. */
export async function answeredTellings(
  sent: readonly SentReading[],
  surroundings: LatencySurroundings,
  signal: AbortSignal,
): Promise<Answers> {
  const expected = expectedTellings(sent, surroundings.limits, surroundings.patients);
  const notices = await lastNotices(surroundings, readTellings, () => 1, expected.length, signal);
  return { notices, ...joinTellings(expected, notices) };
}

/** Waits until the mails tell of so much, and reads them all. */
async function lastNotices<Notice>(
  { catcher }: LatencySurroundings,
  read: (mail: TimedMail) => Promise<readonly Notice[]>,
  weight: (notice: Notice) => number,
  expected: number,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  const limit = AbortSignal.timeout(LAST_MAILS_LIMIT_MS);
  let told = 0;
  let mails = 0;
  for (;;) {
    for (const mail of catcher.mails.slice(mails)) {
      mails += 1;
      const found = await read(mail);
      notices.push(...found);
      told += found.reduce((sum, notice) => sum + weight(notice), 0);
    }
    if (told >= expected) return notices;
    if (limit.aborted) {
      const missing = `${told} of ${expected} that were due were told of by mail`;
      throw new OperatorError('BENCH_FAILED', `${missing} within ${LAST_MAILS_LIMIT_MS / 1000} s of the last reading`);
    }
    await delay(100, undefined, { signal });
  }
}

function breachesOf(sent: readonly SentReading[], { limits, patients }: LatencySurroundings): ExpectedBreach[] {
  const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
  return sent.flatMap(({ reading, timestamp }) =>
    judge(reading, limits, (id) => ages.get(id)).breaches.map(({ customerId, attribute, direction }) => ({
      customerId,
      attribute,
      direction,
      timestamp,
    })),
  );
}
