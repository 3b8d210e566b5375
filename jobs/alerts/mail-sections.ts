import { DEMO_NOTICE, isDemoLimit } from '../../database/index.ts';
import { OperatorError } from '../../settings/index.ts';
import type { Episode } from './episodes.ts';
import type { Attribute, Direction } from './limits.ts';
import type { EpisodeItem, NotificationKind } from './mail-item.ts';

/** What a mail says of one episode, in words. */
export interface EpisodeSection {
  readonly item: EpisodeItem;
  /** All that the mail tells of the episode, in order. */
  readonly kinds: readonly NotificationKind[];
  readonly headline: string;
  readonly tone: 'warning' | 'critical' | 'recovered';
  readonly rows: readonly (readonly [label: string, value: string])[];
  readonly link: string | undefined;
  /** Where it is acknowledged; undefined where there is nothing to acknowledge. */
  readonly acknowledge: string | undefined;
  readonly notice: string | undefined;
}

/** Where the links of a mail go. */
export interface SectionLinks {
  readonly link?: string | undefined;
  /** The link with which this notification's episode is acknowledged. */
  readonly acknowledge?: ((item: EpisodeItem) => string | undefined) | undefined;
}

export const NAME: Readonly<Record<Attribute, string>> = { heartBeat: 'Heart beat', bp: 'Blood pressure' };
export const SIDE: Readonly<Record<Direction, string>> = { low: 'too low', high: 'too high' };
export const UNIT: Readonly<Record<Attribute, string>> = { heartBeat: 'bpm', bp: 'mmHg' };
const PLACE: Readonly<Record<EpisodeSection['tone'], number>> = { critical: 0, warning: 1, recovered: 2 };
const STATUS: Readonly<Record<NotificationKind, string>> = {
  opened: 'New',
  escalated: 'Has become critical',
  reminded: 'Lasts',
  unsilenced: 'Lasts, and is no longer silenced',
  recovered: 'Back in range',
};

/**
 * One section for each episode, as it was at the last of its notifications: what is critical first and what is over last, otherwise in
 * the order of their first notifications. In a mail about a whole ward nothing critical may stand below what is back in range.
 *
 * @param links base URL of the page to look at, in which patient and attribute are named; and where each is acknowledged
 * @throws OperatorError `MAIL_VALUE_INVALID` for a value that is none
 */
export function sectionsOf(items: readonly EpisodeItem[], links: SectionLinks): readonly EpisodeSection[] {
  const episodes = new Map<string, EpisodeItem[]>();
  for (const item of items) {
    const told = episodes.get(item.episode.id);
    if (told) told.push(item);
    else episodes.set(item.episode.id, [item]);
  }
  const sections = [...episodes.values()].flatMap((told) => {
    const last = told.at(-1);
    const kinds = told.map(({ kind }) => kind);
    return last ? [sectionOf(last, kinds, links)] : [];
  });
  return sections.sort((one, other) => PLACE[one.tone] - PLACE[other.tone]);
}

function sectionOf(
  item: EpisodeItem,
  kinds: readonly NotificationKind[],
  { link, acknowledge }: SectionLinks,
): EpisodeSection {
  const { episode, ward, kind } = item;
  requireNumbers(episode);
  const { attribute, direction, worst, severity, customerId } = episode;
  const unit = UNIT[attribute];
  const last = episode.recent.at(-1)?.[1] ?? worst.value;
  const worstLabel = episode.breaches === 1 ? 'Value' : direction === 'low' ? 'Lowest value' : 'Highest value';
  const isNews = kind === 'opened' || kind === 'escalated';
  return {
    item,
    kinds,
    headline: headlineOf(episode, kind, isNews ? worst.value : last),
    tone: kind === 'recovered' ? 'recovered' : severity,
    rows: [
      ['Ward', ward],
      ['Patient', String(customerId)],
      ['Status', statusOf(kinds, direction)],
      [worstLabel, `${worst.value} ${unit}`],
      ...(isNews ? [] : [['Last value', `${last} ${unit}`] as const]),
      [severity === 'critical' ? 'Critical outside' : 'Normal range', `${worst.lower}–${worst.upper} ${unit}`],
      ['Readings out of range', String(episode.breaches)],
      ['Out of range (UTC)', period(episode.beganAtMs, episode.lastOutAtMs)],
    ],
    link: link === undefined ? undefined : linkTo(link, customerId, attribute),
    acknowledge: kind === 'recovered' ? undefined : acknowledge?.(item),
    notice: isDemoLimit(worst) ? `${DEMO_NOTICE} The limits are demonstration limits.` : undefined,
  };
}

function headlineOf({ attribute, direction }: Episode, kind: NotificationKind, value: number): string {
  const what = {
    opened: SIDE[direction],
    escalated: `${SIDE[direction]}, now critical`,
    reminded: `still ${SIDE[direction]}`,
    unsilenced: `still ${SIDE[direction]}`,
    recovered: 'back in range',
  }[kind];
  return `${NAME[attribute]} ${what}, ${value} ${UNIT[attribute]}`;
}

function statusOf(kinds: readonly NotificationKind[], direction: Direction): string {
  const last = kinds.at(-1) ?? 'opened';
  if (last !== 'recovered') return STATUS[last];
  return `${kinds.includes('opened') ? 'Began and is back in range' : STATUS.recovered}, was ${SIDE[direction]}`;
}

function requireNumbers({ customerId, worst, breaches, recent }: Episode): void {
  const values = [customerId, worst.value, worst.lower, worst.upper, breaches, ...recent.flat()];
  if (values.every(Number.isFinite)) return;
  throw new OperatorError('MAIL_VALUE_INVALID', `An alert of patient ${customerId} holds a value that is no number`);
}

function period(fromMs: number, toMs: number): string {
  const [from, to] = [utc(fromMs), utc(toMs)];
  if (from === to) return from;
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

function utc(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}

function linkTo(base: string, customerId: number, attribute: Attribute): string {
  const url = new URL(base);
  url.searchParams.set('patient', String(customerId));
  url.searchParams.set('attribute', attribute);
  return url.href;
}
