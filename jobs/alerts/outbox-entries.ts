import { createHash } from 'node:crypto';
import { type Patient, type RejectedRow, UNKNOWN_WARD } from '../../database/index.ts';
import type { Notification } from './batch-outcome.ts';
import type { MailItem } from './mail-item.ts';
import type { OutboxEntry } from './outbox.ts';
import type { PresenceChange } from './silence.ts';

/** More names than this are no help in a mail; the database has them all. */
const NAMED_AT_MOST = 50;

/** A server may answer with pages, which the outbox does not hold: then the failure itself could not be noted. */
const REASON_LENGTH = 1_000;

/**
 * A notification for the patient's doctor; for the operator where the doctor's address cannot be used: somebody must know.
 *
 * @param operatorEmail undefined where nobody is named
 */
export function episodeEntry(
  { key, kind, episode, silenceId }: Notification,
  patients: ReadonlyMap<number, Patient>,
  operatorEmail: string | undefined,
): OutboxEntry {
  const patient = patients.get(episode.customerId);
  return {
    key,
    kind,
    episodeId: episode.id,
    customerId: episode.customerId,
    severity: episode.severity,
    recipient: patient?.doctorEmail || operatorEmail || '',
    content: { type: 'episode', kind, ward: patient?.ward ?? UNKNOWN_WARD, episode },
    silenceId,
  };
}

/** Tells the operator of rows that are not in force; once for the same rows. Nothing where there is no operator. */
export function badRowsEntry(
  rejected: readonly RejectedRow[],
  topic: string,
  operatorEmail: string | undefined,
): readonly OutboxEntry[] {
  if (rejected.length === 0 || operatorEmail === undefined) return [];
  const lines = rejected.slice(0, NAMED_AT_MOST).map(({ table, row, reason }) => `${table}, ${row}: ${reason}`);
  if (rejected.length > NAMED_AT_MOST) lines.push(`and ${rejected.length - NAMED_AT_MOST} more`);
  return [
    technicalEntry('bad-rows', [topic, rejected], operatorEmail, {
      headline: `${rejected.length} rows about limits or patients are not in force`,
      lines: [...lines, '', 'All other rows are. A corrected row counts from the next batch.'],
    }),
  ];
}

/** Tells the operator, in one notice, who has fallen silent or is back. Nothing where there is no operator. */
export function presenceEntries(
  changes: readonly PresenceChange[],
  topic: string,
  operatorEmail: string | undefined,
): readonly OutboxEntry[] {
  if (operatorEmail === undefined) return [];
  return (['silent', 'returned'] as const).flatMap((kind) => {
    const concerned = changes.filter((change) => change.kind === kind).map(({ presence }) => presence);
    if (concerned.length === 0) return [];
    const lines = concerned.slice(0, NAMED_AT_MOST).map(({ customerId, lastSeenAtMs }) => {
      const time = new Date(lastSeenAtMs).toISOString().slice(0, 19).replace('T', ' ');
      return `Patient ${customerId}: last reading ${time} UTC`;
    });
    if (concerned.length > NAMED_AT_MOST) lines.push(`and ${concerned.length - NAMED_AT_MOST} more`);
    const identity = concerned.map(({ customerId, lastSeenAtMs }) => [customerId, lastSeenAtMs]);
    const patients = concerned.length === 1 ? '1 patient' : `${concerned.length} patients`;
    const what = kind === 'silent' ? 'no readings come any more' : 'readings come again';
    return [technicalEntry(kind, [topic, identity], operatorEmail, { headline: `${patients}: ${what}`, lines })];
  });
}

/** A mail that does not reach its recipient. */
export interface UndeliveredMail {
  readonly mailId: string;
  readonly recipient: string;
  readonly items: readonly MailItem[];
  /** What the mail server says. */
  readonly reason: string;
  /** Whether it is given up; else it is tried on. */
  readonly isGivenUp: boolean;
}

/**
 * Tells the operator who is not told of what: once while a mail is tried, and once when it is given up. Nothing where there is no operator,
 * nor of mails to the operator, which would make more of them.
 */
export function undeliveredEntry(
  { mailId, recipient, items, reason, isGivenUp }: UndeliveredMail,
  topic: string,
  operatorEmail: string | undefined,
): readonly OutboxEntry[] {
  if (operatorEmail === undefined || operatorEmail.toLowerCase() === recipient.toLowerCase()) return [];
  const told = items.slice(0, NAMED_AT_MOST).map(lineOf);
  if (items.length > NAMED_AT_MOST) told.push(`and ${items.length - NAMED_AT_MOST} more`);
  return [
    technicalEntry('undelivered', [topic, mailId, isGivenUp], operatorEmail, {
      headline: isGivenUp ? 'A mail was refused, and nobody was told' : 'A mail cannot be delivered so far',
      lines: [
        `It is for ${recipient}: ${reason.replace(/\s+/g, ' ').slice(0, REASON_LENGTH)}`,
        isGivenUp
          ? 'It is not tried again. A corrected address counts for what comes next; what is in it must be told in another way:'
          : 'It is tried again and again. What is in it should be told in another way:',
        ...told,
      ],
    }),
  ];
}

/** Of whom and how urgent; no finding: `npm run alerts -- list` has those. */
function lineOf(item: MailItem): string {
  if (item.type === 'technical') return item.headline;
  return `Patient ${item.episode.customerId}: ${item.episode.severity}, ${item.kind}`;
}

function technicalEntry(
  kind: string,
  identity: unknown,
  recipient: string,
  { headline, lines }: { headline: string; lines: readonly string[] },
): OutboxEntry {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  return {
    key: `${hash}.${kind}.0`,
    kind,
    episodeId: undefined,
    customerId: undefined,
    severity: 'warning',
    recipient,
    content: { type: 'technical', headline, lines },
  };
}
