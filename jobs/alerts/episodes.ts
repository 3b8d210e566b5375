import type { EpisodeRules } from './episode-rules.ts';
import { type Attribute, type Band, classify, type Direction, type Severity, severityRank } from './limits.ts';

/** One attribute of one reading, with its place in the topic. Readings of one patient come in the order of their offsets. */
export interface Measurement {
  readonly customerId: number;
  readonly attribute: Attribute;
  /** Beats per minute or mmHg. */
  readonly value: number;
  /** When Kafka took the reading; milliseconds since the epoch. */
  readonly atMs: number;
  readonly partition: number;
  readonly offset: bigint;
}

/** A band that applies to a patient, and how far inside it a value must be to count as back; in the band's own unit. */
export interface RuledBand extends Band {
  readonly hysteresis: number;
}

/** The value that is furthest out, and the band that it left. */
export type Worst = Pick<Band, 'lower' | 'upper' | 'message' | 'source'> & { readonly value: number };

/** One patient, attribute and direction out of limits, from the first breach to the end. */
export interface Episode {
  /** Made of the place of the first breach, so that it is the same however often that is read. */
  readonly id: string;
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** `pending`: out of limits, but not yet for as long as the rules ask for. */
  readonly phase: 'pending' | 'open' | 'ended';
  /** The most severe so far. */
  readonly severity: Severity;
  readonly worst: Worst;
  readonly beganAtMs: number;
  readonly openedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Of the newest reading; never goes back, whatever the clocks of producers do. */
  readonly lastAtMs: number;
  /** Of the newest breach. */
  readonly lastOutAtMs: number;
  /** Of the reading that the last notification is about. */
  readonly notifiedAtMs: number | undefined;
  /** Readings out of limits. */
  readonly breaches: number;
  /** Readings back inside, in a row. */
  readonly insideInARow: number;
  readonly reminders: number;
  /** When somebody said that they look after it, as it is; undefined when nobody has. */
  readonly acknowledgedAtMs: number | undefined;
  /** The newest readings, for a picture: milliseconds since the epoch, and value. */
  readonly recent: readonly RecentReading[];
}

export type RecentReading = readonly [atMs: number, value: number];

export type TransitionKind = 'opened' | 'escalated' | 'reminded' | 'recovered';

/** What happened to an episode at one reading; for each a notification is due. */
export interface Transition {
  readonly kind: TransitionKind;
  /** Counts those of one kind within an episode, from 0. */
  readonly ordinal: number;
  /** The episode right after. */
  readonly episode: Episode;
}

/** An episode after one more reading; undefined when nothing is out of limits, or was for too short a time. */
export interface Advanced {
  readonly episode: Episode | undefined;
  readonly transitions: readonly Transition[];
}

const RECENT_READINGS = 24;
/**
 * After so long without a reading nobody knows how it went on: the patient may have left and be back. That it is out of limits is news
 * then, whoever looked after it before. Where readings come more rarely, it is the time after which a patient counts as silent.
 */
const NEWS_AFTER_MS = 60 * 60_000;
const NOTHING: Advanced = { episode: undefined, transitions: [] };

/**
 * Takes an episode, or none, over one more measurement of its patient and attribute. Only what Kafka says of the reading
 * counts, never the time of day, so any split of the same readings into batches gives the same episodes.
 *
 * @param active what was pending or open before, of this direction
 * @param bands all that apply; without one nothing can be said, and nothing changes
 * @param rulesOf the rules for an episode of that severity
 * @param idOf names an episode that begins at this measurement
 */
export function advance(
  active: Episode | undefined,
  direction: Direction,
  measurement: Measurement,
  bands: readonly RuledBand[],
  rulesOf: (severity: Severity) => EpisodeRules,
  idOf: (measurement: Measurement, direction: Direction) => string,
): Advanced {
  if (bands.length === 0) return { episode: active, transitions: [] };
  const breach = classify(measurement, measurement.attribute, measurement.value, bands);
  if (breach?.direction === direction) {
    const out = { severity: breach.severity, worst: worstOf(measurement.value, breach) };
    if (!active) return opened(begun(measurement, direction, out, idOf), rulesOf);
    const next = furtherOut(active, measurement, out);
    return next.phase === 'pending' ? opened(next, rulesOf) : stillOpen(active, next, rulesOf);
  }
  if (!active || active.phase === 'pending') return NOTHING;
  const next = { ...active, ...seen(active, measurement) };
  if (!isBack(direction, measurement.value, bands)) return stillOpen(active, { ...next, insideInARow: 0 }, rulesOf);
  return ended({ ...next, insideInARow: active.insideInARow + 1 }, rulesOf);
}

function begun(
  measurement: Measurement,
  direction: Direction,
  out: { severity: Severity; worst: Worst },
  idOf: (measurement: Measurement, direction: Direction) => string,
): Episode {
  const { customerId, attribute, value, atMs } = measurement;
  return {
    id: idOf(measurement, direction),
    customerId,
    attribute,
    direction,
    phase: 'pending',
    ...out,
    beganAtMs: atMs,
    openedAtMs: undefined,
    endedAtMs: undefined,
    lastAtMs: atMs,
    lastOutAtMs: atMs,
    notifiedAtMs: undefined,
    breaches: 1,
    insideInARow: 0,
    reminders: 0,
    acknowledgedAtMs: undefined,
    recent: [[atMs, value]],
  };
}

function furtherOut(
  active: Episode,
  measurement: Measurement,
  { severity, worst }: { severity: Severity; worst: Worst },
): Episode {
  const rank = severityRank(severity) - severityRank(active.severity);
  const beyond = active.direction === 'low' ? worst.value < active.worst.value : worst.value > active.worst.value;
  const time = seen(active, measurement);
  return {
    ...active,
    ...time,
    // Value, band and severity come from the same reading, or a mail would contradict itself.
    ...(rank > 0 || (rank === 0 && beyond) ? { severity, worst } : {}),
    // A first reading whose clock was ahead must not make the hold time last until that clock is reached.
    ...(active.phase === 'pending' ? { beganAtMs: Math.min(active.beganAtMs, measurement.atMs) } : {}),
    lastOutAtMs: time.lastAtMs,
    breaches: active.breaches + 1,
    insideInARow: 0,
  };
}

function seen(active: Episode, { atMs, value }: Measurement) {
  const lastAtMs = Math.max(active.lastAtMs, atMs);
  return { lastAtMs, recent: [...active.recent, [lastAtMs, value] as const].slice(-RECENT_READINGS) };
}

/** Opens what has been pending for long enough. */
function opened(pending: Episode, rulesOf: (severity: Severity) => EpisodeRules): Advanced {
  const { openAfter, holdTimeMs } = rulesOf(pending.severity);
  if (pending.breaches < openAfter || pending.lastAtMs - pending.beganAtMs < holdTimeMs) {
    return { episode: pending, transitions: [] };
  }
  const { lastAtMs } = pending;
  const episode: Episode = { ...pending, phase: 'open', openedAtMs: lastAtMs, notifiedAtMs: lastAtMs };
  return { episode, transitions: [{ kind: 'opened', ordinal: 0, episode }] };
}

/**
 * An escalation is told at once, and is nothing that anybody has acknowledged yet; so is what is still out after long without a
 * reading. Otherwise an episode that lasts is told again after the interval, unless somebody looks after it.
 */
function stillOpen(before: Episode, now: Episode, rulesOf: (severity: Severity) => EpisodeRules): Advanced {
  if (severityRank(now.severity) > severityRank(before.severity)) {
    const episode = { ...now, notifiedAtMs: now.lastAtMs, acknowledgedAtMs: undefined };
    return { episode, transitions: [{ kind: 'escalated', ordinal: 0, episode }] };
  }
  const { repeatIntervalMs, silentAfterMs } = rulesOf(now.severity);
  const isNews = now.lastAtMs - before.lastAtMs >= Math.max(NEWS_AFTER_MS, silentAfterMs);
  const sinceMs = now.lastAtMs - (now.notifiedAtMs ?? now.lastAtMs);
  const isDue = now.acknowledgedAtMs === undefined && repeatIntervalMs > 0 && sinceMs >= repeatIntervalMs;
  if (!isNews && !isDue) return { episode: now, transitions: [] };
  const episode = {
    ...now,
    notifiedAtMs: now.lastAtMs,
    reminders: now.reminders + 1,
    acknowledgedAtMs: undefined,
  };
  return { episode, transitions: [{ kind: 'reminded', ordinal: now.reminders, episode }] };
}

function ended(now: Episode, rulesOf: (severity: Severity) => EpisodeRules): Advanced {
  if (now.insideInARow < rulesOf(now.severity).recoverAfter) return { episode: now, transitions: [] };
  const episode: Episode = { ...now, phase: 'ended', endedAtMs: now.lastAtMs, notifiedAtMs: now.lastAtMs };
  return { episode, transitions: [{ kind: 'recovered', ordinal: 0, episode }] };
}

/** Whether a value is inside of every band, on this side of it, by its hysteresis. */
function isBack(direction: Direction, value: number, bands: readonly RuledBand[]): boolean {
  return bands.every(({ lower, upper, hysteresis }) =>
    direction === 'low' ? value >= lower + hysteresis : value <= upper - hysteresis,
  );
}

function worstOf(value: number, { lower, upper, message, source }: Band): Worst {
  return { value, lower, upper, message, source };
}
