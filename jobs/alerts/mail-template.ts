import { DEMO_NOTICE, isDemoLimit } from '../../database/index.ts';
import { OperatorError } from '../../settings/index.ts';
import { type Attribute, type Breach, type Direction, type Severity, severityRank } from './limits.ts';
import { mailHtml } from './mail-html.ts';

/** The breaches of one patient, attribute and direction that one mail tells of. */
export interface BreachGroup {
  readonly customerId: number;
  readonly ward: string;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** The most severe one of the group. */
  readonly severity: Severity;
  /** The value that is furthest out. */
  readonly worst: number;
  /** The band that the worst value left, inclusive. */
  readonly lower: number;
  readonly upper: number;
  /** Readings out of limits. */
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Where the limit comes from; demonstration presets are named as such in the mail. */
  readonly source: string;
}

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailOptions {
  /** Base URL of the page to look at; the mail names patient and attribute in it. */
  readonly link?: string | undefined;
}

/** What both forms of the mail say, in words. */
export interface MailFacts {
  readonly headline: string;
  readonly severity: Severity;
  readonly rows: readonly (readonly [label: string, value: string])[];
  readonly link: string | undefined;
  readonly notice: string | undefined;
}

const NAME = { heartBeat: 'Heart beat', bp: 'Blood pressure' } as const;
const UNIT = { heartBeat: 'bpm', bp: 'mmHg' } as const;
const SIDE = { low: 'too low', high: 'too high' } as const;

/**
 * Writes the mail about a group of breaches. It says what a doctor needs to act and no more: ward, patient id,
 * attribute, value, limits, time and a link; no name, address or phone number, neither in the subject nor below.
 *
 * @throws OperatorError `MAIL_HEADER_UNSAFE` when the ward holds a line break, `MAIL_VALUE_INVALID` for a value that is none
 */
export function alertMail(group: BreachGroup, options: MailOptions = {}): MailContent {
  const facts = factsOf(group, options);
  // A subject shows on locked screens: it says where to look, and nothing that tells of whom.
  const subject = `${group.severity === 'critical' ? 'CRITICAL: ' : ''}${group.ward}: ${NAME[group.attribute]} ${SIDE[group.direction]}`;
  return { subject: headerText(subject, 'the ward of a patient'), text: mailText(facts), html: mailHtml(facts) };
}

/**
 * Collects breaches into the groups that mails are about, in the order of their first breach.
 *
 * @param breaches each with the time of its reading
 * @param wardOf ward of a patient
 */
export function groupBreaches(
  breaches: Iterable<Breach & { readonly at: Date }>,
  wardOf: (customerId: number) => string,
): readonly BreachGroup[] {
  const groups = new Map<string, BreachGroup>();
  for (const breach of breaches) {
    const { customerId, attribute, direction } = breach;
    const key = `${customerId} ${attribute} ${direction}`;
    const group = groups.get(key);
    groups.set(key, group === undefined ? groupOf(breach, wardOf(customerId)) : extended(group, breach));
  }
  return [...groups.values()];
}

/**
 * Makes sure that a text can stand in a header of a mail.
 *
 * @param what the thing that the text comes from, for the error
 * @throws OperatorError `MAIL_HEADER_UNSAFE` on CR, LF or another control character
 */
export function headerText(text: string, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not pass
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(text)) {
    throw new OperatorError(
      'MAIL_HEADER_UNSAFE',
      `A line break or control character in ${what} would enter a mail's header`,
    );
  }
  return text;
}

function groupOf(breach: Breach & { readonly at: Date }, ward: string): BreachGroup {
  const { customerId, attribute, direction, severity, value, lower, upper, source, at } = breach;
  return {
    customerId,
    ward,
    attribute,
    direction,
    severity,
    worst: value,
    lower,
    upper,
    count: 1,
    firstAt: at,
    lastAt: at,
    source,
  };
}

function extended(group: BreachGroup, breach: Breach & { readonly at: Date }): BreachGroup {
  const { value: worst, lower, upper, severity, source, at } = breach;
  return {
    ...group,
    // Value, band and severity come from the same breach, or the mail would contradict itself.
    ...(isWorse(breach, group) ? { worst, lower, upper, severity, source } : {}),
    count: group.count + 1,
    firstAt: new Date(Math.min(group.firstAt.getTime(), at.getTime())),
    lastAt: new Date(Math.max(group.lastAt.getTime(), at.getTime())),
  };
}

function isWorse({ severity, direction, value }: Breach, group: BreachGroup): boolean {
  const rank = severityRank(severity) - severityRank(group.severity);
  if (rank !== 0) return rank > 0;
  return direction === 'low' ? value < group.worst : value > group.worst;
}

function factsOf(group: BreachGroup, { link }: MailOptions): MailFacts {
  const { attribute, worst, lower, upper, customerId } = group;
  for (const number of [worst, lower, upper, customerId, group.count]) {
    if (!Number.isFinite(number)) {
      throw new OperatorError(
        'MAIL_VALUE_INVALID',
        `An alert of patient ${customerId} holds a value that is no number`,
      );
    }
  }
  const unit = UNIT[attribute];
  const worstLabel = group.count === 1 ? 'Value' : group.direction === 'low' ? 'Lowest value' : 'Highest value';
  return {
    headline: `${NAME[attribute]} ${SIDE[group.direction]}, ${worst} ${unit}`,
    severity: group.severity,
    rows: [
      ['Ward', group.ward],
      ['Patient', String(customerId)],
      [worstLabel, `${worst} ${unit}`],
      [group.severity === 'critical' ? 'Critical outside' : 'Normal range', `${lower}–${upper} ${unit}`],
      ['Readings out of range', String(group.count)],
      ['Time (UTC)', period(group.firstAt, group.lastAt)],
    ],
    link: link === undefined ? undefined : linkTo(link, customerId, attribute),
    notice: isDemoLimit(group) ? `${DEMO_NOTICE} The limits are demonstration limits.` : undefined,
  };
}

function mailText({ headline, severity, rows, link, notice }: MailFacts): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = [
    `${severity === 'critical' ? 'CRITICAL: ' : ''}${headline}`,
    '',
    ...rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`),
    ...(link === undefined ? [] : ['', `Readings: ${link}`]),
    '',
    ...(notice === undefined ? [] : [notice]),
    'Sent by Instant Health Alert. Please do not reply with details of a patient.',
  ];
  return `${lines.join('\n')}\n`;
}

function period(first: Date, last: Date): string {
  const from = utc(first);
  const to = utc(last);
  if (from === to) return from;
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

function utc(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

function linkTo(base: string, customerId: number, attribute: Attribute): string {
  const url = new URL(base);
  url.searchParams.set('patient', String(customerId));
  url.searchParams.set('attribute', attribute);
  return url.href;
}
