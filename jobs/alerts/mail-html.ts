import type { MailFacts } from './mail-template.ts';

/** Contrast of text on background is 4.5:1 or more for each. */
const COLOURS = {
  warning: { bar: '#b45309', label: 'Warning' },
  critical: { bar: '#b91c1c', label: 'Critical' },
} as const;

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/**
 * The HTML form of an alert: tables and inline styles, since mail programs know little else; nothing is loaded from
 * anywhere, so opening the mail tells nobody.
 */
export function mailHtml({ headline, severity, rows, link, notice }: MailFacts): string {
  const { bar, label } = COLOURS[severity];
  const tableRows = rows.map(([name, value]) => tableRow(name, value)).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeHtml(headline)}</title>
</head>
<body style="margin:0;padding:0;background-color:#eef1f4;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#eef1f4;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;background-color:#ffffff;border-radius:8px;border-top:6px solid ${bar};">
<tr><td style="padding:24px 24px 4px;${FONT};font-size:13px;font-weight:700;letter-spacing:0.06em;text-transform:uppercase;color:${bar};">${label}</td></tr>
<tr><td style="padding:0 24px 16px;${FONT};font-size:22px;line-height:1.3;font-weight:700;color:#111827;">${escapeHtml(headline)}</td></tr>
<tr><td style="padding:0 24px 8px;">
<table width="100%" cellpadding="0" cellspacing="0" border="0">
${tableRows}
</table>
</td></tr>
${link === undefined ? '' : button(link)}
<tr><td style="padding:16px 24px 20px;${FONT};font-size:12px;line-height:1.5;color:#4b5563;">${
    notice === undefined ? '' : `<strong>${escapeHtml(notice)}</strong><br>`
  }Sent by Instant Health Alert. Please do not reply with details of a patient.</td></tr>
</table>
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

function tableRow(name: string, value: string): string {
  const cell = `padding:9px 0;border-top:1px solid #e5e7eb;${FONT};font-size:15px;line-height:1.4;vertical-align:top`;
  return (
    `<tr><th scope="row" align="left" width="45%" style="${cell};font-weight:400;color:#4b5563;padding-right:12px;">${escapeHtml(name)}</th>` +
    `<td style="${cell};font-weight:600;color:#111827;">${escapeHtml(value)}</td></tr>`
  );
}

function button(link: string): string {
  return (
    `<tr><td style="padding:12px 24px 4px;"><a href="${escapeHtml(link)}" ` +
    `style="display:inline-block;padding:12px 20px;border-radius:6px;background-color:#1d4ed8;color:#ffffff;${FONT};font-size:15px;font-weight:600;text-decoration:none;">` +
    'Show the readings</a></td></tr>'
  );
}
