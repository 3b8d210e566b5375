import type { MailGaps, WaitingRow } from './outbox.ts';

/** Notifications that go into one mail. */
export interface PlannedMail {
  readonly mailId: string;
  readonly rowIds: readonly string[];
  readonly recipient: string;
  readonly attempts: number;
  /** Worth a mail soon after the last one, and before others. */
  readonly isUrgent: boolean;
}

export interface MailPlan {
  readonly mails: readonly PlannedMail[];
  /** Milliseconds until there may be something to send that cannot be sent now; undefined when nothing waits. */
  readonly nextInMs: number | undefined;
}

/** More episodes than this make a mail that nobody reads. */
const NOTIFICATIONS_PER_MAIL = 100;

/**
 * Decides what is mailed now. A mail that was tried before is tried again as it was. What is new to a recipient goes into
 * one mail, at once when the last one is long enough ago; else it waits, so that a storm makes few mails. Where no gap is
 * asked for there is a mail for each patient. An episode's notifications keep their order for each of their recipients: one
 * who has taken a patient over does not wait for what cannot be told to another. What was tried least comes first, so that
 * no mail on which the server breaks off stands before all others for ever; what is urgent may have been tried once more.
 *
 * @param waiting all that is not told yet, the oldest first
 * @param lastMailAges milliseconds since the last mail of a recipient; missing for those longer ago than the gaps
 */
export function planMails(
  waiting: readonly WaitingRow[],
  lastMailAges: ReadonlyMap<string, number>,
  gaps: MailGaps,
): MailPlan {
  const mails: PlannedMail[] = [];
  const waits: number[] = [];
  const tried = groupBy(
    waiting.filter(({ mailId }) => mailId !== null),
    ({ mailId }) => mailId ?? '',
  );
  for (const [mailId, rows] of tried) {
    if (rows.every(({ due }) => due)) mails.push(mailOf(mailId, rows));
    else waits.push(Math.max(...rows.map(({ dueInMs }) => dueInMs)));
  }
  const conversation = ({ episodeId, recipient }: WaitingRow) => `${episodeId} ${recipient}`;
  const untold = new Set(waiting.filter((row) => row.mailId !== null && row.episodeId !== null).map(conversation));
  const fresh = waiting.filter((row) => row.mailId === null && !untold.has(conversation(row)));
  for (const [recipient, rows] of groupBy(fresh, (row) => row.recipient)) {
    const gapMs = rows.some((row) => row.isUrgent) ? Math.min(gaps.urgentMailGapMs, gaps.mailGapMs) : gaps.mailGapMs;
    const waitMs = gapMs - (lastMailAges.get(recipient) ?? gapMs);
    if (waitMs > 0) waits.push(waitMs);
    else for (const group of mailGroups(rows, gapMs)) mails.push(mailOf(group[0]?.key ?? '', group));
  }
  mails.sort((one, other) => turnOf(one) - turnOf(other) || Number(other.isUrgent) - Number(one.isUrgent));
  return { mails, nextInMs: waits.length > 0 ? Math.min(...waits) : undefined };
}

function turnOf({ attempts, isUrgent }: PlannedMail): number {
  return attempts - (isUrgent ? 1 : 0);
}

function mailGroups(rows: readonly WaitingRow[], gapMs: number): readonly (readonly WaitingRow[])[] {
  const groups = gapMs > 0 ? [rows] : [...groupBy(rows, ({ customerId, key }) => String(customerId ?? key)).values()];
  return groups.flatMap((group) => {
    if (group.length <= NOTIFICATIONS_PER_MAIL) return [group];
    const ordered = urgentFirst(group);
    return Array.from({ length: Math.ceil(ordered.length / NOTIFICATIONS_PER_MAIL) }, (_, index) =>
      ordered.slice(index * NOTIFICATIONS_PER_MAIL, (index + 1) * NOTIFICATIONS_PER_MAIL),
    );
  });
}

/** In a storm the first mail is the one that is read. An episode's notifications stay together and in their order. */
function urgentFirst(rows: readonly WaitingRow[]): readonly WaitingRow[] {
  const urgent = new Set(rows.filter((row) => row.isUrgent).map(({ episodeId }) => episodeId));
  const comesFirst = ({ episodeId }: WaitingRow) => episodeId !== null && urgent.has(episodeId);
  return [...rows.filter(comesFirst), ...rows.filter((row) => !comesFirst(row))];
}

function mailOf(mailId: string, rows: readonly WaitingRow[]): PlannedMail {
  return {
    mailId,
    rowIds: rows.map(({ id }) => id),
    recipient: rows[0]?.recipient ?? '',
    attempts: Math.max(...rows.map(({ attempts }) => attempts)),
    isUrgent: rows.some((row) => row.isUrgent),
  };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
