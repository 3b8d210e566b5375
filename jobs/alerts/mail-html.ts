import type { TechnicalItem } from './mail-item.ts';
import type { PicturedSection } from './mail-template.ts';
import { PICTURE_SIZE } from './readings-picture.ts';

/** Contrast of text on background is 4.5:1 or more for each. */
const TONES = {
  warning: { colour: '#b45309', label: 'Warning' },
  critical: { colour: '#b91c1c', label: 'Critical' },
  recovered: { colour: '#15803d', label: 'Back in range' },
  technical: { colour: '#374151', label: 'Technical notice' },
} as const;

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/**
 * The HTML form of an alert: tables and inline styles, since mail programs know little else; pictures travel in the mail,
 * and nothing is loaded from anywhere, so opening the mail tells nobody.
 */
export function mailHtml(
  title: string,
  sections: readonly PicturedSection[],
  technical: readonly TechnicalItem[],
): string {
  const notices = new Set(sections.flatMap(({ notice }) => (notice === undefined ? [] : [notice])));
  const isShort = ({ contentId }: PicturedSection) => contentId === undefined;
  const short = sections.filter(isShort);
  const cards = [
    ...technical.map(technicalCard),
    ...sections.filter((section) => !isShort(section)).map(episodeCard),
    ...(short.length > 0 ? [shortCard(short)] : []),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:0;background-color:#eef1f4;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#eef1f4;">
${cards.join('\n')}
<tr><td align="center" style="padding:16px 12px 24px;${FONT};font-size:12px;line-height:1.5;color:#4b5563;">
${[...notices].map((notice) => `<strong>${escapeHtml(notice)}</strong><br>`).join('')}Sent by Instant Health Alert. Please do not reply with details of a patient.
</td></tr>
</table>
</body>
</html>
`;
}

/** Text made safe for element content and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function episodeCard({ tone, headline, rows, link, acknowledge, contentId }: PicturedSection): string {
  return card(tone, headline, [
    ...(contentId === undefined ? [] : [picture(contentId, headline)]),
    `<tr><td style="padding:0 24px 8px;">
<table width="100%" cellpadding="0" cellspacing="0" border="0">
${rows.map(([name, value]) => tableRow(name, value)).join('\n')}
</table>
</td></tr>`,
    ...(acknowledge === undefined ? [] : [button(acknowledge, 'Acknowledge', 'filled')]),
    ...(link === undefined
      ? []
      : [button(link, 'Show the readings', acknowledge === undefined ? 'filled' : 'outlined')]),
  ]);
}

/**
 * The episodes of a large mail that have no picture, in one card: the same facts in a fifth of the markup. Mail programs cut a mail off
 * after some 100 KB, which a card for each would fill with twenty of them.
 */
function shortCard(sections: readonly PicturedSection[]): string {
  return `<tr><td align="center" style="padding:24px 12px 0;">
<table width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;background-color:#ffffff;border-radius:8px;">
${sections.map(shortRow).join('\n')}
</table>
</td></tr>`;
}

function shortRow({ tone, headline, rows, link, acknowledge }: PicturedSection): string {
  const { colour, label } = TONES[tone];
  const facts = rows.map(([name, value]) => `${escapeHtml(name)}: <b>${escapeHtml(value)}</b>`).join(' · ');
  const links = [
    ...(acknowledge === undefined ? [] : [`<a href="${escapeHtml(acknowledge)}">Acknowledge</a>`]),
    ...(link === undefined ? [] : [`<a href="${escapeHtml(link)}">Show the readings</a>`]),
  ];
  return `<tr><td style="padding:10px 18px;border-top:1px solid #e5e7eb;border-left:6px solid ${colour};${FONT};font-size:14px;line-height:1.5;color:#111827;"><b style="color:${colour};">${label}</b> <b>${escapeHtml(headline)}</b><br>${[facts, ...links].join('<br>')}</td></tr>`;
}

function technicalCard({ headline, lines }: TechnicalItem): string {
  const text = lines.map(escapeHtml).join('<br>');
  return card('technical', headline, [
    `<tr><td style="padding:0 24px 8px;${FONT};font-size:15px;line-height:1.5;color:#111827;">${text}</td></tr>`,
  ]);
}

function card(tone: keyof typeof TONES, headline: string, parts: readonly string[]): string {
  const { colour, label } = TONES[tone];
  return `<tr><td align="center" style="padding:24px 12px 0;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;background-color:#ffffff;border-radius:8px;border-top:6px solid ${colour};">
<tr><td style="padding:24px 24px 4px;${FONT};font-size:13px;font-weight:700;letter-spacing:0.06em;text-transform:uppercase;color:${colour};">${label}</td></tr>
<tr><td style="padding:0 24px 16px;${FONT};font-size:22px;line-height:1.3;font-weight:700;color:#111827;">${escapeHtml(headline)}</td></tr>
${parts.join('\n')}
<tr><td style="padding:0 24px 16px;"></td></tr>
</table>
</td></tr>`;
}

function picture(contentId: string, headline: string): string {
  const { width, height } = PICTURE_SIZE;
  return (
    `<tr><td style="padding:0 24px 12px;"><img src="cid:${escapeHtml(contentId)}" width="${width / 2}" height="${height / 2}" ` +
    `alt="${escapeHtml(`The last readings against the limits: ${headline}`)}" style="display:block;width:100%;max-width:${width / 2}px;height:auto;border:0;"></td></tr>`
  );
}

function tableRow(name: string, value: string): string {
  const cell = `padding:9px 0;border-top:1px solid #e5e7eb;${FONT};font-size:15px;line-height:1.4;vertical-align:top`;
  return (
    `<tr><th scope="row" align="left" width="45%" style="${cell};font-weight:400;color:#4b5563;padding-right:12px;">${escapeHtml(name)}</th>` +
    `<td style="${cell};font-weight:600;color:#111827;">${escapeHtml(value)}</td></tr>`
  );
}

/** The first thing to do is filled; what stands beside it is outlined. */
function button(link: string, label: string, look: 'filled' | 'outlined'): string {
  const colours =
    look === 'filled' ? 'background-color:#1d4ed8;color:#ffffff' : 'background-color:#ffffff;color:#1d4ed8';
  return (
    `<tr><td style="padding:12px 24px 4px;"><a href="${escapeHtml(link)}" ` +
    `style="display:inline-block;padding:11px 20px;border:1px solid #1d4ed8;border-radius:6px;${colours};${FONT};font-size:15px;font-weight:600;text-decoration:none;">` +
    `${escapeHtml(label)}</a></td></tr>`
  );
}
