import { simpleParser } from 'mailparser';
import type { TimedMail } from './catcher.ts';
import type { AlertNotice } from './join-mails.ts';

/**
 * Reads what an alert mail covers from its text part.
 *
 * @throws Error for a mail that is no alert
 */
export async function readNotice({ raw, acceptedAt }: TimedMail): Promise<AlertNotice> {
  const { text = '' } = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  const headline = /^(?:CRITICAL: )?(Heart beat|Blood pressure) too (low|high),/m.exec(text);
  const patient = /^Patient:\s+(\d+)$/m.exec(text);
  const count = /^Readings out of range:\s+(\d+)$/m.exec(text);
  const time = /^Time \(UTC\):\s+(\S+) (\S+?)(?: – (?:(\d{4}-\S+) )?(\S+))?$/m.exec(text);
  if (!headline || !patient || !count || !time) throw new Error(`a mail that tells no alert: ${text.slice(0, 80)}`);
  const [, firstDay = '', firstTime = '', lastDay = firstDay, lastTime = firstTime] = time;
  return {
    customerId: Number(patient[1]),
    attribute: headline[1] === 'Heart beat' ? 'heartBeat' : 'bp',
    direction: headline[2] === 'low' ? 'low' : 'high',
    count: Number(count[1]),
    firstSecond: Date.parse(`${firstDay}T${firstTime}Z`) / 1000,
    lastSecond: Date.parse(`${lastDay}T${lastTime}Z`) / 1000,
    acceptedAt,
  };
}
