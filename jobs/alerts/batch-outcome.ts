import { createHash } from 'node:crypto';
import type { AlertSettings } from '../../settings/index.ts';
import { OperatorError } from '../../settings/index.ts';
import { rulesFor } from './episode-rules.ts';
import { advance, type Episode, type Measurement, type Transition, type TransitionKind } from './episodes.ts';
import { type Attribute, classify, type Direction, type Limit, type Severity } from './limits.ts';
import { type Silence, silenceOf } from './silencing.ts';

/** How far a partition has been applied. */
export interface PartitionProgress {
  /** The first offset that is not applied. */
  readonly nextOffset: bigint;
  /** The newest Kafka time among the readings that are; milliseconds since the epoch. */
  readonly newestAtMs: number;
}

export type Progress = ReadonlyMap<number, PartitionProgress>;

/** All that is remembered between two batches. */
export interface AlertState {
  /** Pending and open ones. */
  readonly episodes: readonly Episode[];
  readonly progress: Progress;
  /** Those that nobody has ended, the oldest first. */
  readonly silences: readonly Silence[];
}

/** What a batch brings. */
export interface BatchFacts {
  /** Each at most once, in any order: all of patients with an episode that is pending or open, or begins in the batch. */
  readonly measurements: readonly Measurement[];
  /** Where the batch ends, of each partition that it has readings of. */
  readonly ends: Progress;
}

export interface Judgement {
  readonly topic: string;
  readonly settings: AlertSettings;
  /** The limits that apply to a patient and an attribute. */
  limitsOf(customerId: number, attribute: Attribute): readonly Limit[];
}

/** What is due to be told: a transition, under a name that is the same whenever the same readings are read. */
export interface Notification extends Transition {
  readonly key: string;
  /** What withholds it: then it is written down, and not mailed. */
  readonly silenceId: string | undefined;
}

/** An episode that is not acknowledged any more, and what happened to it since. */
export interface Unacknowledged {
  readonly episode: Episode;
  readonly since: TransitionKind;
}

/** What a batch changes. Everything in it is written together or not at all. */
export interface BatchOutcome {
  /** Begun, changed or ended. */
  readonly changed: readonly Episode[];
  /** Ids of pending ones that came to nothing. */
  readonly dropped: readonly string[];
  readonly notifications: readonly Notification[];
  readonly unacknowledged: readonly Unacknowledged[];
  readonly progress: Progress;
  /** Measurements out of limits, without those that were applied before. */
  readonly outOfLimits: number;
}

const DIRECTIONS: readonly Direction[] = ['low', 'high'];

/**
 * Applies a batch to the state before it, with what people have acknowledged and silenced until then. Pure. Readings below a partition's progress have been applied and are passed
 * over, so a batch may come again, whole or cut otherwise.
 *
 * @throws OperatorError `PROGRESS_DOES_NOT_FIT` when what would be passed over is newer than all that was applied: then the
 *   topic is not the one that the progress is of, and passing over would lose alerts
 */
export function applyBatch(before: AlertState, facts: BatchFacts, judgement: Judgement): BatchOutcome {
  requireSameTopic(before.progress, facts, judgement.topic);
  const active = new Map(before.episodes.map((episode) => [keyOf(episode, episode.direction), episode]));
  const changed = new Map<string, Episode>();
  const stored = new Set(before.episodes.map(({ id }) => id));
  const dropped: string[] = [];
  const notifications: Notification[] = [];
  const unacknowledged: Unacknowledged[] = [];
  let outOfLimits = 0;
  for (const measurement of inOrder(facts.measurements)) {
    if (measurement.offset < (before.progress.get(measurement.partition)?.nextOffset ?? 0n)) continue;
    const limits = judgement.limitsOf(measurement.customerId, measurement.attribute);
    const bands = limits.map((limit) => ({
      ...limit,
      hysteresis: limit.rules?.hysteresis ?? Math.min(judgement.settings.hysteresis, halfOf(limit)),
    }));
    if (classify(measurement, measurement.attribute, measurement.value, bands)) outOfLimits++;
    const rulesOf = (severity: Severity) => rulesFor(limits, severity, judgement.settings);
    const idOf = (reading: Measurement, direction: Direction) => episodeId(judgement.topic, reading, direction);
    for (const direction of DIRECTIONS) {
      const key = keyOf(measurement, direction);
      const previous = active.get(key);
      const { episode, transitions } = advance(previous, direction, measurement, bands, rulesOf, idOf);
      if (episode === previous) continue;
      if (episode) changed.set(episode.id, episode);
      else if (previous) {
        changed.delete(previous.id);
        if (stored.has(previous.id)) dropped.push(previous.id);
      }
      if (episode && episode.phase !== 'ended') active.set(key, episode);
      else active.delete(key);
      for (const transition of transitions) {
        const key = `${transition.episode.id}.${transition.kind}.${transition.ordinal}`;
        notifications.push({ ...transition, key, silenceId: silenceOf(before.silences, transition.episode)?.id });
        if (previous?.acknowledgedAtMs !== undefined && transition.episode.acknowledgedAtMs === undefined) {
          unacknowledged.push({ episode: transition.episode, since: transition.kind });
        }
      }
    }
  }
  const progress = furthest(before.progress, facts.ends);
  return { changed: [...changed.values()], dropped, notifications, unacknowledged, progress, outOfLimits };
}

interface Pair {
  readonly customerId: number;
  readonly attribute: Attribute;
}

function requireSameTopic(progress: Progress, { measurements, ends }: BatchFacts, topic: string): void {
  const isNewer = (partition: number, offset: bigint, atMs: number) => {
    const applied = progress.get(partition);
    return applied !== undefined && offset < applied.nextOffset && atMs > applied.newestAtMs;
  };
  const foreign =
    measurements.some(({ partition, offset, atMs }) => isNewer(partition, offset, atMs)) ||
    [...ends].some(([partition, { nextOffset, newestAtMs }]) => isNewer(partition, nextOffset - 1n, newestAtMs));
  if (!foreign) return;
  throw new OperatorError(
    'PROGRESS_DOES_NOT_FIT',
    `topic ${topic} (KAFKA_TOPIC) has new readings at offsets that alert_progress counts as applied: the topic was deleted and made anew`,
    { next: `Delete the rows of topic ${topic} from alert_progress, then submit again: the readings are then judged.` },
  );
}

/** Offsets are what orders the readings of a patient: they are all in one partition. */
function inOrder(measurements: readonly Measurement[]): readonly Measurement[] {
  return [...measurements].sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

function furthest(before: Progress, ends: Progress): Progress {
  const moved = new Map<number, PartitionProgress>();
  for (const [partition, end] of ends) {
    const applied = before.get(partition);
    if (applied && applied.nextOffset >= end.nextOffset) continue;
    moved.set(partition, { ...end, newestAtMs: Math.max(end.newestAtMs, applied?.newestAtMs ?? end.newestAtMs) });
  }
  return moved;
}

/** A row's own hysteresis has been compared with its limits; that of all rows may leave no value between narrow ones. */
function halfOf({ lower, upper }: Limit): number {
  return Math.floor((upper - lower) / 2);
}

function episodeId(topic: string, { partition, offset, attribute }: Measurement, direction: Direction): string {
  const place = JSON.stringify([topic, partition, String(offset), attribute, direction]);
  return createHash('sha256').update(place).digest('hex').slice(0, 32);
}

function keyOf({ customerId, attribute }: Pair, direction: Direction): string {
  return `${customerId} ${attribute} ${direction}`;
}
