import { OperatorError } from '../../settings/index.ts';
import { mailHtml } from './mail-html.ts';
import type { EpisodeItem, MailItem, TechnicalItem } from './mail-item.ts';
import { type EpisodeSection, NAME, type SectionLinks, SIDE, sectionsOf } from './mail-sections.ts';
import { readingsPicture } from './readings-picture.ts';

/** A picture that the HTML form shows by its content id. */
export interface MailPicture {
  readonly contentId: string;
  readonly png: Buffer;
}

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly pictures: readonly MailPicture[];
}

export interface MailOptions extends SectionLinks {
  /** Earlier mails tell of these episodes already, and this one stands below them. */
  readonly followUp?: boolean;
}

/** A section, and the picture that belongs to it. */
export interface PicturedSection extends EpisodeSection {
  readonly contentId: string | undefined;
}

// A mail about a whole ward is read for its lines; pictures would make it heavy.
const PICTURES_PER_MAIL = 8;

/**
 * Writes the mail about some notifications. It says what a doctor needs to act and no more: ward, patient id, attribute,
 * values, limits, time and a link; no name, address or phone number, neither in the subject nor below.
 *
 * @param items all for the same recipient, in the order in which they came to be
 * @throws OperatorError `MAIL_HEADER_UNSAFE` when the ward holds a line break, `MAIL_VALUE_INVALID` for a value that is none
 */
export function alertMail(items: readonly MailItem[], options: MailOptions = {}): MailContent {
  const technical = items.filter((item): item is TechnicalItem => item.type === 'technical');
  const clinical = sectionsOf(
    items.filter((item): item is EpisodeItem => item.type === 'episode'),
    options,
  );
  const sections = clinical.map((section, index) => ({
    ...section,
    contentId: index < PICTURES_PER_MAIL ? `readings-${index + 1}@instant-health-alert` : undefined,
  }));
  const pictures = sections.flatMap(({ contentId, item }) =>
    contentId === undefined ? [] : [{ contentId, png: readingsPicture(item.episode) }],
  );
  const subject = headerText(subjectOf(sections, technical, options.followUp ?? false), 'the ward of a patient');
  return { subject, text: mailText(sections, technical), html: mailHtml(subject, sections, technical), pictures };
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

/** A subject shows on locked screens: it says where to look, and nothing that tells of whom. */
function subjectOf(
  sections: readonly EpisodeSection[],
  technical: readonly TechnicalItem[],
  followUp: boolean,
): string {
  const [first] = sections;
  if (!first)
    return technical.length === 1 ? `Technical: ${technical[0]?.headline}` : `Technical: ${technical.length} notices`;
  const isCritical = sections.some(
    ({ tone, kinds }) => tone === 'critical' && kinds.some((kind) => kind !== 'reminded'),
  );
  const urgency = isCritical ? 'CRITICAL: ' : '';
  const wards = [...new Set(sections.map(({ item }) => item.ward))];
  // Who is woken by many alerts must see from the subject whether anybody still is out of the limits.
  const over = sections.filter(({ tone }) => tone === 'recovered').length;
  const areOver = over === sections.length;
  if (sections.length > 1) {
    const where = wards.length === 1 ? wards[0] : `${wards.length} wards`;
    const back = over === 0 ? '' : `, ${areOver ? 'all' : over} back in range`;
    return `${urgency}${where}: ${sections.length} alerts${back}`;
  }
  const { attribute, direction } = first.item.episode;
  // What began and ended within one mail has no conversation to stand in.
  if (areOver && first.kinds.includes('opened')) {
    return `${first.item.ward}: ${NAME[attribute]} was ${SIDE[direction]}, back in range`;
  }
  // The same words as those of the first mail: programs put mails of one subject into one conversation.
  return `${urgency || (followUp ? 'Re: ' : '')}${first.item.ward}: ${NAME[attribute]} ${SIDE[direction]}`;
}

function mailText(sections: readonly PicturedSection[], technical: readonly TechnicalItem[]): string {
  const notices = new Set(sections.flatMap(({ notice }) => (notice === undefined ? [] : [notice])));
  const parts = [
    ...technical.map(({ headline, lines }) => [headline, '', ...lines].join('\n')),
    ...sections.map(sectionText),
    [...notices, 'Sent by Instant Health Alert. Please do not reply with details of a patient.'].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionText({ tone, headline, rows, link, acknowledge }: EpisodeSection): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return [
    `${tone === 'critical' ? 'CRITICAL: ' : ''}${headline}`,
    '',
    ...rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`),
    ...(acknowledge === undefined ? [] : ['', `Acknowledge: ${acknowledge}`]),
    ...(link === undefined ? [] : ['', `Readings: ${link}`]),
  ].join('\n');
}
