import type { Episode, RecentReading } from './episodes.ts';
import { timeOf, utcText } from './utc-text.ts';

/** A row of alert_episode, as the driver gives it: times as UTC text. */
export interface EpisodeRow {
  readonly id: string;
  readonly customerId: number;
  readonly attribute: Episode['attribute'];
  readonly direction: Episode['direction'];
  readonly phase: Episode['phase'];
  readonly severity: Episode['severity'];
  readonly worst_value: number;
  readonly lower_limit: number;
  readonly upper_limit: number;
  readonly message: string;
  readonly source: string;
  readonly began_at: string;
  readonly opened_at: string | null;
  readonly ended_at: string | null;
  readonly last_at: string;
  readonly last_out_at: string;
  readonly notified_at: string | null;
  readonly breaches: number;
  readonly inside_in_a_row: number;
  readonly reminders: number;
  readonly acknowledged_at: string | null;
  readonly recent: string;
}

export const EPISODE_COLUMNS = [
  'id',
  'customerId',
  'attribute',
  'direction',
  'phase',
  'severity',
  'worst_value',
  'lower_limit',
  'upper_limit',
  'message',
  'source',
  'began_at',
  'opened_at',
  'ended_at',
  'last_at',
  'last_out_at',
  'notified_at',
  'breaches',
  'inside_in_a_row',
  'reminders',
  'acknowledged_at',
  'recent',
] as const satisfies readonly (keyof EpisodeRow)[];

export function episodeOf(row: EpisodeRow): Episode {
  return {
    id: row.id,
    customerId: row.customerId,
    attribute: row.attribute,
    direction: row.direction,
    phase: row.phase,
    severity: row.severity,
    worst: {
      value: row.worst_value,
      lower: row.lower_limit,
      upper: row.upper_limit,
      message: row.message,
      source: row.source,
    },
    beganAtMs: timeOf(row.began_at),
    openedAtMs: timeOrNone(row.opened_at),
    endedAtMs: timeOrNone(row.ended_at),
    lastAtMs: timeOf(row.last_at),
    lastOutAtMs: timeOf(row.last_out_at),
    notifiedAtMs: timeOrNone(row.notified_at),
    breaches: row.breaches,
    insideInARow: row.inside_in_a_row,
    reminders: row.reminders,
    acknowledgedAtMs: timeOrNone(row.acknowledged_at),
    recent: JSON.parse(row.recent) as RecentReading[],
  };
}

/** The values of {@link EPISODE_COLUMNS}, in their order. */
export function episodeValues(episode: Episode): readonly (string | number | null)[] {
  const row: EpisodeRow = {
    ...episode,
    worst_value: episode.worst.value,
    lower_limit: episode.worst.lower,
    upper_limit: episode.worst.upper,
    message: episode.worst.message.slice(0, 255),
    source: episode.worst.source.slice(0, 40),
    began_at: utcText(episode.beganAtMs),
    opened_at: textOrNone(episode.openedAtMs),
    ended_at: textOrNone(episode.endedAtMs),
    last_at: utcText(episode.lastAtMs),
    last_out_at: utcText(episode.lastOutAtMs),
    notified_at: textOrNone(episode.notifiedAtMs),
    inside_in_a_row: episode.insideInARow,
    acknowledged_at: textOrNone(episode.acknowledgedAtMs),
    recent: JSON.stringify(episode.recent),
  };
  return EPISODE_COLUMNS.map((column) => row[column]);
}

function timeOrNone(text: string | null): number | undefined {
  return text === null ? undefined : timeOf(text);
}

function textOrNone(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : utcText(epochMs);
}
