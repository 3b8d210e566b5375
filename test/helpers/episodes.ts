import type { Episode } from '../../jobs/alerts/episodes.ts';
import type { EpisodeItem } from '../../jobs/alerts/mail-item.ts';

/** An open episode of a made-up patient: seven readings out of limits within half a minute. */
export function episode(overrides: Partial<Episode> = {}): Episode {
  const beganAtMs = Date.UTC(2026, 0, 5, 8, 0, 10);
  return {
    id: 'e1',
    customerId: 3,
    attribute: 'bp',
    direction: 'high',
    phase: 'open',
    severity: 'warning',
    worst: { value: 211, lower: 151, upper: 180, message: 'out', source: 'local' },
    beganAtMs,
    openedAtMs: beganAtMs,
    endedAtMs: undefined,
    lastAtMs: beganAtMs + 30_250,
    lastOutAtMs: beganAtMs + 30_250,
    notifiedAtMs: beganAtMs,
    breaches: 7,
    insideInARow: 0,
    reminders: 0,
    acknowledgedAtMs: undefined,
    recent: [185, 190, 204, 211, 199, 190, 184].map((value, index) => [beganAtMs + index * 5_000, value] as const),
    ...overrides,
  };
}

export function episodeItem(
  kind: EpisodeItem['kind'] = 'opened',
  overrides: Partial<Episode> = {},
  ward = 'Ward B',
): EpisodeItem {
  return { type: 'episode', kind, ward, episode: episode(overrides) };
}
