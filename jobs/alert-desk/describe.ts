import type { Episode } from '../alerts/episodes.ts';
import type { Attribute } from '../alerts/limits.ts';
import { NAME, SIDE, UNIT } from '../alerts/mail-sections.ts';
import type { Silence } from '../alerts/silencing.ts';
import type { DeskEpisode, DeskSilence, DoneAct, ShownEpisode } from './read-desk.ts';

const SHOWN_OF_ID = 8;

/** A time for people, to the second. */
export function utc(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1a2b3c4d  patient 3, blood pressure too high` */
export function nameOf({ id, customerId, attribute, direction }: Episode): string {
  return `${id.slice(0, SHOWN_OF_ID)}  patient ${customerId}, ${NAME[attribute].toLowerCase()} ${SIDE[direction]}`;
}

/** One line for each, in columns. */
export function episodeLines(episodes: readonly DeskEpisode[]): readonly string[] {
  return inColumns(
    episodes.map(({ episode, acknowledged, silence }) => [
      episode.severity.toUpperCase(),
      nameOf(episode),
      episode.phase === 'pending' ? 'pending' : 'open',
      `since ${utc(episode.beganAtMs)}`,
      `worst ${worstOf(episode)}`,
      [
        ...(acknowledged ? [`acknowledged by ${acknowledged.by}`] : []),
        ...(silence ? [`silenced until ${utc(silence.untilMs)}`] : []),
      ].join(', '),
    ]),
  );
}

export function silenceLine({ silence, made }: DeskSilence): string {
  const by = made ? `, by ${made.by}: ${made.reason ?? ''}` : '';
  return `silence ${silence.id}: ${scopeOf(silence)}, until ${utc(silence.untilMs)}${by}`;
}

/** `patient 3, blood pressure, critical mails too` */
export function scopeOf({ customerId, attribute, includesCritical }: Omit<Silence, 'id' | 'untilMs'>): string {
  const what = attribute === undefined ? '' : `, ${NAME[attribute].toLowerCase()}`;
  return `patient ${customerId}${what}${includesCritical ? ', critical mails too' : ''}`;
}

/** An ended episode. */
export function endedLine(episode: Episode): string {
  const { severity, beganAtMs, endedAtMs } = episode;
  const end = endedAtMs === undefined ? '' : `, ended ${utc(endedAtMs)}`;
  return `${nameOf(episode)}, ${severity}, began ${utc(beganAtMs)}${end}, worst ${worstOf(episode)}`;
}

export function actLine({ act, customerId, attribute, silenceId, by, via, reason, atMs }: DoneAct): string {
  const attributeName = attribute === null ? '' : `, ${NAME[attribute as Attribute].toLowerCase()}`;
  const what = silenceId === null ? '' : ` (silence ${silenceId}: patient ${customerId}${attributeName})`;
  const how = via === 'link' ? ', by the link in a mail' : '';
  return `${utc(atMs)}  ${act} by ${by}${how}${what}${reason === null ? '' : `: ${reason}`}`;
}

/** All that is known of one episode. */
export function shownLines(shown: ShownEpisode): readonly string[] {
  const { episode, acknowledged, silence, notifications, acts } = shown;
  const values = episode.recent.map(([, value]) => value);
  const unit = UNIT[episode.attribute];
  const facts: (readonly [string, string])[] = [
    ['Episode', episode.id],
    ['What', nameOf(episode).slice(SHOWN_OF_ID).trim()],
    ['State', `${episode.phase}, ${episode.severity}`],
    ['Began', utc(episode.beganAtMs)],
    ...(episode.openedAtMs === undefined ? [] : [['Opened', utc(episode.openedAtMs)] as const]),
    ...(episode.endedAtMs === undefined ? [] : [['Ended', utc(episode.endedAtMs)] as const]),
    ['Last reading', utc(episode.lastAtMs)],
    ['Out of limits', `${episode.breaches} readings, the last at ${utc(episode.lastOutAtMs)}`],
    ['Worst value', worstOf(episode)],
    [
      'Last values',
      `${values.length} readings, ${Math.min(...values)} to ${Math.max(...values)} ${unit}, last ${values.at(-1)} ${unit}`,
    ],
    ['Reminders', String(episode.reminders)],
    ['Acknowledged', acknowledged ? `by ${acknowledged.by}, ${utc(acknowledged.atMs)}` : 'no'],
    ['Silenced', silence ? `until ${utc(silence.untilMs)} (silence ${silence.id})` : 'no'],
  ];
  const told = notifications.map((one) => [
    `${one.createdAt.slice(0, 19)} UTC`,
    one.kind,
    one.severity,
    one.state,
    one.silenceId === null ? `to ${one.recipient || 'nobody'}` : `silence ${one.silenceId}`,
    one.sentAt === null ? '' : `sent ${one.sentAt.slice(0, 19)} UTC`,
    one.state === 'sent' || one.lastError === null ? '' : one.lastError,
  ]);
  return [
    ...inColumns(facts),
    '',
    'Notifications',
    ...indented(told.length > 0 ? inColumns(told) : ['none']),
    '',
    'Done',
    ...indented(acts.length > 0 ? acts.map(actLine) : ['nothing']),
  ];
}

function worstOf({ attribute, worst }: Episode): string {
  return `${worst.value} ${UNIT[attribute]} (${worst.lower}–${worst.upper})`;
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
