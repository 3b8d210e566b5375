import { createHash } from 'node:crypto';
import { escapeHtml } from '../../alerts/mail-html.ts';
import { NAME, SIDE } from '../../alerts/mail-sections.ts';
import { utc } from '../describe.ts';
import type { LinkedEpisode } from './linked-episode.ts';

/** A page and the status that it comes with. */
export interface Page {
  readonly status: 200 | 400 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 429 | 503;
  readonly html: string;
}

export const LONGEST_NOTE = 200;

/** Contrast of text on background is 4.5:1 or more for each. */
const STYLE = `
*{box-sizing:border-box}
body{margin:0;padding:32px 16px;background:#eef1f4;color:#111827;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:480px;margin:0 auto;padding:28px 24px;background:#fff;border-radius:8px;border-top:6px solid #374151}
main.warning{border-color:#b45309}
main.critical{border-color:#b91c1c}
main.done{border-color:#15803d}
.label{margin:0 0 4px;font-size:13px;font-weight:700;letter-spacing:.06em;text-transform:uppercase;color:#374151}
.warning .label{color:#b45309}
.critical .label{color:#b91c1c}
.done .label{color:#15803d}
h1{margin:0 0 12px;font-size:24px;line-height:1.25}
p{margin:0 0 14px}
label{display:block;margin:20px 0 6px;font-size:14px;color:#374151}
input{width:100%;padding:10px 12px;border:1px solid #6b7280;border-radius:6px;font:inherit}
button{width:100%;margin-top:16px;padding:13px 20px;border:0;border-radius:6px;background:#1d4ed8;color:#fff;font:inherit;font-weight:600;cursor:pointer}
input:focus-visible,button:focus-visible{outline:3px solid #93c5fd;outline-offset:2px}
.fine{margin:20px 0 0;font-size:13px;color:#4b5563}
footer{max-width:480px;margin:16px auto 0;font-size:12px;color:#4b5563;text-align:center}
`;

/** For all pages: nothing is loaded, run, framed, kept or told to the next page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The page of a link. It says where and what, as the subject of the mail did, and not of whom: who opens it may be a program
 * that looks through mails.
 *
 * @param justDone the acknowledgement is that of this request
 */
export function linkPage(linked: LinkedEpisode, justDone = false): Page {
  switch (linked.state) {
    case 'open':
      return confirmation(linked.ward, linked.episode);
    case 'acknowledged':
      return justDone
        ? note(200, 'done', 'Acknowledged', headlineOf(linked), [
            'No reminders of this episode follow.',
            whatFollows(linked.episode),
          ])
        : note(200, 'done', 'Acknowledged', headlineOf(linked), [
            `It was acknowledged at ${utc(linked.episode.acknowledgedAtMs ?? 0)}. There is nothing more to do here.`,
          ]);
    case 'ended':
      return note(410, 'done', 'Back in range', 'There is nothing to acknowledge any more', [
        'The episode of this link has ended.',
      ]);
    case 'escalated':
      return note(409, 'critical', 'Critical', 'It has become critical since this mail', [
        'This link is of a mail from before, so it acknowledges nothing. Please use the one in the newer mail.',
      ]);
    case 'used':
      return note(410, 'plain', 'Link used', 'This link has been used', [
        'Each link can be used once. Newer mails about the episode carry a newer link.',
      ]);
    case 'expired':
      return note(410, 'plain', 'Link expired', 'This link has expired', [
        'Nothing was acknowledged. Newer mails about the episode carry a newer link.',
      ]);
    case 'forged':
      return note(403, 'plain', 'Not valid', 'This is not one of our links', [
        'Nothing was acknowledged. Perhaps it was cut when it was copied: please open it from the mail.',
      ]);
  }
}

/** What went wrong with a request, in words for people. */
export function troublePage(status: Page['status'], headline: string, line: string): Page {
  return note(status, 'plain', 'Not done', headline, [line]);
}

type Tone = 'warning' | 'critical' | 'done' | 'plain';
type Shown = Extract<LinkedEpisode, { readonly ward: string }>;

function confirmation(ward: string, episode: Shown['episode']): Page {
  const label = episode.severity === 'critical' ? 'Critical' : 'Warning';
  return page(200, episode.severity, label, headlineOf({ ward, episode }), [
    `<p>Out of range since ${escapeHtml(utc(episode.beganAtMs))}.</p>`,
    `<p>Are you looking after it? Then no reminders of this episode follow. ${escapeHtml(whatFollows(episode))}</p>`,
    '<form method="post" autocomplete="off">',
    `<label for="note">Note (optional; please no names)</label><input id="note" name="note" maxlength="${LONGEST_NOTE}">`,
    '<button type="submit">Acknowledge</button>',
    '</form>',
    '<p class="fine">Who acknowledges is noted with the address that the mail went to.</p>',
  ]);
}

function whatFollows({ severity }: Shown['episode']): string {
  return severity === 'critical'
    ? 'You are told when it has ended.'
    : 'You are told if it becomes critical, and when it has ended.';
}

function headlineOf({ ward, episode }: Pick<Shown, 'ward' | 'episode'>): string {
  return `${ward}: ${NAME[episode.attribute]} ${SIDE[episode.direction]}`;
}

function note(status: Page['status'], tone: Tone, label: string, headline: string, lines: readonly string[]): Page {
  return page(
    status,
    tone,
    label,
    headline,
    lines.map((line) => `<p>${escapeHtml(line)}</p>`),
  );
}

function page(status: Page['status'], tone: Tone, label: string, headline: string, parts: readonly string[]): Page {
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(label)} – Instant Health Alert</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${tone}">
<p class="label">${escapeHtml(label)}</p>
<h1>${escapeHtml(headline)}</h1>
${parts.join('\n')}
</main>
<footer>Instant Health Alert</footer>
</body>
</html>
`;
  return { status, html };
}
