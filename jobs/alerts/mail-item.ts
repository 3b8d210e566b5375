import type { Episode, TransitionKind } from './episodes.ts';

/** One notification as a mail tells it: what it knows stays as it was at that moment. */
export type MailItem = EpisodeItem | TechnicalItem;

/** What a mail tells of an episode: a transition, or that it still is open and a silence has ended. */
export type NotificationKind = TransitionKind | 'unsilenced';

export interface EpisodeItem {
  readonly type: 'episode';
  readonly kind: NotificationKind;
  readonly ward: string;
  /** Right after the transition. */
  readonly episode: Episode;
}

/** Something that staff who look after the system must know; no finding about a patient. */
export interface TechnicalItem {
  readonly type: 'technical';
  /** May stand in a subject: names nobody. */
  readonly headline: string;
  readonly lines: readonly string[];
}
