import type { Attribute, Direction } from '../../../jobs/alerts/limits.ts';

/** One attribute of one reading out of limits, as the bench knows it: it made the reading. */
export interface ExpectedBreach {
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** The reading's timestamp in Kafka, milliseconds since the epoch. */
  readonly timestamp: number;
}

/** What a mail says that it covers. */
export interface AlertNotice {
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** Readings out of limits. */
  readonly count: number;
  /** Times of the first and the last of them, in whole seconds since the epoch. */
  readonly firstSecond: number;
  readonly lastSecond: number;
  /** When the mail server answered 250, milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** A breach and the mail that told of it. */
export interface Answered {
  readonly breach: ExpectedBreach;
  readonly notice: AlertNotice;
  readonly latencyMs: number;
}

/**
 * Finds the mail of each breach. Readings of a patient are in one partition, so batches cut their order into stretches,
 * and a mail covers all breaches of one patient, attribute and direction in one stretch. Mails of such a kind come one
 * after the other; each takes as many of the breaches that are still unanswered as it says, oldest first. That its first
 * and last time then agree with theirs is checked, so a mail that was lost, repeated or wrong shows.
 *
 * @param breaches in the order in which they were sent
 * @param notices in the order in which they were accepted
 * @throws Error when mails and breaches do not fit
 */
export function joinMails(
  breaches: readonly ExpectedBreach[],
  notices: readonly AlertNotice[],
): { readonly answered: readonly Answered[]; readonly unanswered: readonly ExpectedBreach[] } {
  const waiting = new Map<string, ExpectedBreach[]>();
  for (const breach of breaches) {
    const same = waiting.get(kindOf(breach));
    if (same) same.push(breach);
    else waiting.set(kindOf(breach), [breach]);
  }
  const answered: Answered[] = [];
  for (const notice of notices) {
    const covered = waiting.get(kindOf(notice))?.splice(0, notice.count) ?? [];
    checkCovers(notice, covered);
    for (const breach of covered) answered.push({ breach, notice, latencyMs: notice.acceptedAt - breach.timestamp });
  }
  return { answered, unanswered: [...waiting.values()].flat() };
}

function checkCovers(notice: AlertNotice, covered: readonly ExpectedBreach[]): void {
  const [first] = covered;
  const last = covered.at(-1);
  const kind = kindOf(notice);
  if (covered.length !== notice.count || !first || !last) {
    throw new Error(`a mail about ${notice.count} readings (${kind}) came when ${covered.length} were unanswered`);
  }
  if (second(first) !== notice.firstSecond || second(last) !== notice.lastSecond) {
    throw new Error(`a mail (${kind}) tells of other times than those of the readings that it must be about`);
  }
}

function second({ timestamp }: ExpectedBreach): number {
  return Math.floor(timestamp / 1000);
}

function kindOf({ customerId, attribute, direction }: Pick<ExpectedBreach, 'customerId' | 'attribute' | 'direction'>) {
  return `patient ${customerId}, ${attribute} ${direction}`;
}
