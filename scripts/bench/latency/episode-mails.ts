import { simpleParser } from 'mailparser';
import type { Limit, Patient } from '../../../database/index.ts';
import { ATTRIBUTES, type Direction, judge } from '../../../jobs/alerts/limits.ts';
import { toldExcursions } from '../../demo/excursions.ts';
import type { TimedMail } from './catcher.ts';
import type { ExpectedBreach } from './join-mails.ts';
import type { SentReading } from './paced-sender.ts';

/** A reading at which an episode begins or ends, so that a mail is due. */
export interface ExpectedTelling extends ExpectedBreach {
  readonly what: 'begin' | 'end';
}

/** What a mail says of one of these. */
export interface Telling extends Pick<ExpectedTelling, 'customerId' | 'attribute' | 'direction' | 'what'> {
  /** When the mail server answered 250, milliseconds since the epoch. */
  readonly acceptedAt: number;
}

export interface AnsweredTelling {
  readonly breach: ExpectedTelling;
  readonly notice: Telling;
  readonly latencyMs: number;
}

const DIRECTIONS: readonly Direction[] = ['low', 'high'];
const RECOVER_AFTER = 3;

/** Works out at which readings mails are due by the rules' defaults: the first one out, and the third one back in a row. */
export function expectedTellings(
  sent: readonly SentReading[],
  limits: readonly Limit[],
  patients: readonly Patient[],
): readonly ExpectedTelling[] {
  const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
  /** Readings back inside so far, of what is out of limits. */
  const open = new Map<string, number>();
  const tellings: ExpectedTelling[] = [];
  for (const { reading, timestamp } of sent) {
    const { breaches } = judge(reading, limits, (id) => ages.get(id));
    for (const attribute of ATTRIBUTES) {
      for (const direction of DIRECTIONS) {
        const { customerId } = reading;
        const kind = kindOf({ customerId, attribute, direction });
        const isOut = breaches.some((breach) => breach.attribute === attribute && breach.direction === direction);
        const inside = open.get(kind);
        if (isOut) {
          if (inside === undefined) tellings.push({ customerId, attribute, direction, timestamp, what: 'begin' });
          open.set(kind, 0);
        } else if (inside !== undefined && inside + 1 === RECOVER_AFTER) {
          tellings.push({ customerId, attribute, direction, timestamp, what: 'end' });
          open.delete(kind);
        } else if (inside !== undefined) open.set(kind, inside + 1);
      }
    }
  }
  return tellings;
}

/** Reads what a mail tells. An episode that began and ended since the last mail is told in one section: that is two. */
export async function readTellings({ raw, acceptedAt }: TimedMail): Promise<readonly Telling[]> {
  const { text = '' } = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  return toldExcursions(text).flatMap(({ customerId, attribute, direction, begins, ends }) => {
    const about = {
      customerId,
      attribute: attribute === 'Heart beat' ? ('heartBeat' as const) : ('bp' as const),
      direction: direction === 'low' ? ('low' as const) : ('high' as const),
      acceptedAt,
    };
    return [
      ...(begins ? [{ ...about, what: 'begin' as const }] : []),
      ...(ends ? [{ ...about, what: 'end' as const }] : []),
    ];
  });
}

/**
 * Gives each due telling the mail that told it: of one patient, attribute and direction both come in the same order.
 *
 * @throws Error when a mail tells what was not due
 */
export function joinTellings(
  expected: readonly ExpectedTelling[],
  told: readonly Telling[],
): { readonly answered: readonly AnsweredTelling[]; readonly unanswered: readonly ExpectedTelling[] } {
  const waiting = new Map<string, ExpectedTelling[]>();
  for (const telling of expected) {
    const same = waiting.get(kindOf(telling));
    if (same) same.push(telling);
    else waiting.set(kindOf(telling), [telling]);
  }
  const answered = told.map((notice) => {
    const breach = waiting.get(kindOf(notice))?.shift();
    if (breach?.what !== notice.what) {
      throw new Error(`a mail tells of the ${notice.what} of an episode (${kindOf(notice)}) that was not due`);
    }
    return { breach, notice, latencyMs: notice.acceptedAt - breach.timestamp };
  });
  return { answered, unanswered: [...waiting.values()].flat() };
}

function kindOf({ customerId, attribute, direction }: Pick<ExpectedBreach, 'customerId' | 'attribute' | 'direction'>) {
  return `patient ${customerId}, ${attribute} ${direction}`;
}
