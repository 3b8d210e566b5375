import { type Attribute, DEMO_NOTICE, isDemoLimit, type Patient, type Severity } from '../../database/index.ts';
import { OperatorError } from '../../settings/index.ts';
import type { AlertGroup } from './findings.ts';
import { mailHtml } from './mail-html.ts';

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail to one doctor, ready to be sent. */
export interface AlertMail extends MailContent {
  readonly to: string;
  /** The same for each attempt at the same alert; becomes the left part of the Message-ID. */
  readonly messageId: string;
}

export interface MailOptions {
  readonly messageId: string;
  /** URL of the page to look at; the mail adds patient and attribute to it. */
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
 * Writes the mail about an alert. It says what a doctor needs to act and no more: ward, patient id, attribute, value,
 * limits, time and a link; no name, address or phone number, neither in the subject nor below.
 *
 * @throws OperatorError `MAIL_HEADER_UNSAFE` when the ward holds a line break, `MAIL_VALUE_INVALID` for a value that is none
 */
export function composeMail(
  alert: AlertGroup,
  { ward, doctorEmail }: Pick<Patient, 'ward' | 'doctorEmail'>,
  { messageId, link }: MailOptions,
): AlertMail {
  const facts = factsOf(alert, ward, link);
  const prefix = alert.severity === 'critical' ? 'CRITICAL: ' : '';
  const subject = headerText(`${prefix}${ward}, patient ${alert.customerId}: ${facts.headline}`, "a patient's ward");
  return { to: doctorEmail, messageId, subject, text: mailText(facts), html: mailHtml(facts) };
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

function factsOf(alert: AlertGroup, ward: string, link: string | undefined): MailFacts {
  const { customerId, attribute, direction, severity, readings, worstValue, lower, upper } = alert;
  for (const number of [customerId, readings, worstValue, lower, upper]) {
    if (!Number.isFinite(number)) {
      throw new OperatorError(
        'MAIL_VALUE_INVALID',
        `An alert of patient ${customerId} holds a value that is no number`,
      );
    }
  }
  const unit = UNIT[attribute];
  const worstLabel = readings === 1 ? 'Value' : direction === 'low' ? 'Lowest value' : 'Highest value';
  return {
    headline: `${NAME[attribute]} ${SIDE[direction]}, ${worstValue} ${unit}`,
    severity,
    rows: [
      ['Ward', ward],
      ['Patient', String(customerId)],
      [worstLabel, `${worstValue} ${unit}`],
      [severity === 'critical' ? 'Critical outside' : 'Normal range', `${lower}–${upper} ${unit}`],
      ['Readings out of range', String(readings)],
      ['Time (UTC)', period(alert.firstAt.toDate(), alert.lastAt.toDate())],
    ],
    link: link === undefined ? undefined : linkTo(link, customerId, attribute),
    notice: isDemoLimit(alert) ? `${DEMO_NOTICE} The limits are demonstration limits.` : undefined,
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
