import type { Episode } from './episodes.ts';
import type { Attribute } from './limits.ts';

/** What somebody has asked to be left alone with, until a time. */
export interface Silence {
  readonly id: string;
  readonly customerId: number;
  /** Undefined for all of the patient. */
  readonly attribute: Attribute | undefined;
  /** Whether mails about critical episodes are withheld too. */
  readonly includesCritical: boolean;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

/** Whether a silence is about an episode as it is now, whatever the time. */
export function covers(
  { customerId, attribute, includesCritical }: Omit<Silence, 'id' | 'untilMs'>,
  episode: Pick<Episode, 'customerId' | 'attribute' | 'severity'>,
): boolean {
  return (
    customerId === episode.customerId &&
    (attribute === undefined || attribute === episode.attribute) &&
    (includesCritical || episode.severity !== 'critical')
  );
}

/**
 * The silence that withholds what an episode would tell at its last reading; undefined when it is told. The end counts by
 * Kafka's time, so that readings of an outage that are judged late are told if they are from after it.
 *
 * @param silences those that nobody has ended, the oldest first
 */
export function silenceOf(silences: readonly Silence[], episode: Episode): Silence | undefined {
  return silences.find((silence) => episode.lastAtMs < silence.untilMs && covers(silence, episode));
}
