// Reconciles what went in with what came out. Pure: facts in, breaches and counts out.
import { type ExpectedEpisode, expectedEpisodes, type ModelReading } from './model.ts';

export interface TableRow {
  readonly id: string;
  readonly customerId: number | null;
  readonly heartBeat: number | null;
  readonly bp: number | null;
}

/** A message as a reader of committed ones sees it. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: string;
  /** The row that it was made of; undefined for what the suite wrote past the producer. */
  readonly sourceId: string | undefined;
  readonly value: string | null;
  readonly atMs: number;
}

export interface StoredEpisode {
  readonly id: string;
  readonly customerId: number;
  readonly attribute: string;
  readonly direction: string;
  readonly severity: string;
  readonly worst: number;
  readonly breaches: number;
  readonly ended: boolean;
}

export interface StoredNotification {
  readonly key: string;
  readonly episodeId: string;
  readonly state: string;
  readonly recipient: string;
}

export interface ReceivedMail {
  readonly messageId: string;
  readonly keys: readonly string[];
  readonly to: readonly string[];
}

/** All that is known of all runs so far. */
export interface Facts {
  readonly rows: readonly TableRow[];
  readonly topic: readonly TopicRecord[];
  /** Ids of the rows in the topic of rejected rows, as often as they are there. */
  readonly rejected: readonly string[];
  /** How many rows of the archive have these values, by {@link valuesOf}. */
  readonly archive: ReadonlyMap<string, number>;
  /** Places (`partition/offset`) of the quarantine's rows, as often as they are there. */
  readonly quarantine: readonly string[];
  readonly episodes: readonly StoredEpisode[];
  readonly notifications: readonly StoredNotification[];
  /** Every mail that the server has taken, as often as it has. */
  readonly mails: readonly ReceivedMail[];
  /** Mails that the server has refused for good. */
  readonly refused: readonly ReceivedMail[];
  /** By patient; who is missing has no limits. */
  readonly doctors: ReadonlyMap<number, string>;
}

export interface Tally {
  readonly lost: number;
  readonly doubled: number;
  readonly episodesMissed: number;
  readonly episodesDoubled: number;
  readonly mailsLost: number;
}

export interface Verdict {
  readonly tally: Tally;
  /** Broken promises, one line each. */
  readonly breaches: readonly string[];
  /** Message-IDs of mails that came more than once, once for each time too many. */
  readonly doubledMails: readonly string[];
}

/** Lets what each check finds be counted and told. */
class Findings {
  readonly breaches: string[] = [];
  readonly counts = { lost: 0, doubled: 0, episodesMissed: 0, episodesDoubled: 0, mailsLost: 0 };

  find(kind: keyof Findings['counts'], many: number, what: string): void {
    this.counts[kind] += many;
    this.breaches.push(what);
  }
}

export function reconcile(facts: Facts): Verdict {
  const findings = new Findings();
  const readings = checkTopic(facts, findings);
  checkArchive(facts, findings);
  checkEpisodes(facts, expectedEpisodes(readings), findings);
  const doubledMails = checkMails(facts, findings);
  return { tally: findings.counts, breaches: findings.breaches, doubledMails };
}

/** How a reading is told from others in the archive, which has no ids. */
export function valuesOf({ customerId, heartBeat, bp }: Omit<TableRow, 'id'>): string {
  return `${customerId} ${heartBeat} ${bp}`;
}

/** Rows = messages, each once, in the order of the rows. @returns the readings that count, in that order */
function checkTopic({ rows, topic, rejected, doctors }: Facts, findings: Findings): readonly ModelReading[] {
  const messages = new Map<string, TopicRecord[]>();
  for (const record of topic) {
    if (record.sourceId === undefined) continue;
    messages.set(record.sourceId, [...(messages.get(record.sourceId) ?? []), record]);
  }
  const rejections = countOf(rejected);
  const readings: ModelReading[] = [];
  const last = new Map<number, TopicRecord>();
  for (const row of rows) {
    const found = messages.get(row.id) ?? [];
    messages.delete(row.id);
    const times = rejections.get(row.id) ?? 0;
    rejections.delete(row.id);
    const { customerId, heartBeat, bp } = row;
    const isReading = customerId !== null && heartBeat !== null && bp !== null;
    const [right, wrong] = isReading ? [found.length, times] : [times, found.length];
    const where = isReading ? 'the topic' : 'the topic of rejected rows';
    if (right === 0) findings.find('lost', 1, `row ${row.id} is not in ${where}`);
    if (right > 1) findings.find('doubled', right - 1, `row ${row.id} is ${right} times in ${where}`);
    if (wrong > 0) findings.find('doubled', wrong, `row ${row.id} is in the wrong topic too`);
    const [message] = found;
    if (!isReading || message === undefined) continue;
    const value = `{"heartBeat":${heartBeat},"bp":${bp},"customerId":${customerId}}`;
    if (message.value !== value) findings.find('lost', 1, `row ${row.id} has other values in the topic`);
    const before = last.get(customerId);
    if (before && (before.partition !== message.partition || BigInt(before.offset) > BigInt(message.offset))) {
      findings.find('lost', 0, `row ${row.id} came before an older reading of its patient`);
    }
    last.set(customerId, message);
    if (doctors.has(customerId) && isPlausible(heartBeat, bp)) {
      readings.push({ customerId, heartBeat, bp, atMs: message.atMs });
    }
  }
  for (const [id, found] of messages)
    findings.find('doubled', found.length, `message of row ${id}, which is not in the table`);
  for (const [id, times] of rejections) findings.find('doubled', times, `rejected row ${id} is not in the table`);
  return readings;
}

/** Topic = parquet ∪ quarantine, each message once. */
function checkArchive({ topic, archive, quarantine }: Facts, findings: Findings): void {
  const expected = new Map<string, number>();
  const places = countOf(quarantine);
  for (const { partition, offset, value } of topic) {
    const reading = readingIn(value);
    const place = `${partition}/${offset}`;
    const times = places.get(place) ?? 0;
    places.delete(place);
    if (reading) expected.set(reading, (expected.get(reading) ?? 0) + 1);
    const wanted = reading ? 0 : 1;
    if (times < wanted) findings.find('lost', 1, `message ${place} is not in quarantine`);
    if (times > wanted) findings.find('doubled', times - wanted, `message ${place} is ${times} times in quarantine`);
  }
  for (const [place, times] of places)
    findings.find('doubled', times, `quarantine holds ${place}, which is no message`);
  for (const values of new Set([...expected.keys(), ...archive.keys()])) {
    const [wanted, found] = [expected.get(values) ?? 0, archive.get(values) ?? 0];
    if (found < wanted) findings.find('lost', wanted - found, `reading ${values}: ${found} of ${wanted} in parquet`);
    if (found > wanted)
      findings.find('doubled', found - wanted, `reading ${values}: ${found} instead of ${wanted} in parquet`);
  }
}

function checkEpisodes(
  { episodes, notifications }: Facts,
  expected: readonly ExpectedEpisode[],
  findings: Findings,
): void {
  const kindOf = ({
    customerId,
    attribute,
    direction,
  }: Pick<StoredEpisode, 'customerId' | 'attribute' | 'direction'>) =>
    `patient ${customerId} ${attribute} ${direction}`;
  const wanted = groupBy(expected, kindOf);
  const found = groupBy(episodes, kindOf);
  const told = groupBy(notifications, ({ episodeId }) => episodeId);
  for (const kind of new Set([...wanted.keys(), ...found.keys()])) {
    const ones = wanted.get(kind) ?? [];
    const others = found.get(kind) ?? [];
    if (others.length < ones.length) {
      findings.find(
        'episodesMissed',
        ones.length - others.length,
        `${kind}: ${others.length} of ${ones.length} episodes`,
      );
    }
    if (others.length > ones.length) {
      findings.find(
        'episodesDoubled',
        others.length - ones.length,
        `${kind}: ${others.length} episodes instead of ${ones.length}`,
      );
    }
    // After an outage readings come with the same time, and so begin their episodes: which is which, their content tells.
    const left = ones.map(textOf);
    const strange = others.map((episode) => textOf({ ...episode, told: toldOf(told.get(episode.id) ?? []) }));
    for (const text of strange.splice(0)) {
      const place = left.indexOf(text);
      if (place >= 0) left.splice(place, 1);
      else strange.push(text);
    }
    for (const [index, text] of strange.slice(0, left.length).entries()) {
      findings.find('episodesMissed', 0, `${kind}: ${text} instead of ${left[index]}`);
    }
  }
}

/** Each notification = a mail to the right doctor. @returns Message-IDs of mails that came again */
function checkMails(facts: Facts, findings: Findings): readonly string[] {
  const { mails, refused, notifications, episodes, doctors } = facts;
  const doctorOf = new Map(episodes.map(({ id, customerId }) => [id, doctors.get(customerId)]));
  const idsOf = new Map<string, Set<string>>();
  for (const { messageId, keys } of mails) {
    for (const key of keys) idsOf.set(key, (idsOf.get(key) ?? new Set()).add(messageId));
  }
  const refusedKeys = new Set(refused.flatMap(({ keys }) => keys));
  const known = new Map(notifications.map((one) => [one.key, one]));
  for (const { key, episodeId, state, recipient } of notifications) {
    const ids = idsOf.get(key)?.size ?? 0;
    if (recipient !== doctorOf.get(episodeId))
      findings.find('mailsLost', 1, `notification ${key} is for the wrong doctor`);
    if (ids === 0 && refusedKeys.has(key)) {
      if (state !== 'failed') findings.find('mailsLost', 1, `notification ${key} was refused, but is ${state}`);
    } else if (ids === 0) findings.find('mailsLost', 1, `notification ${key} (${state}) is in no mail`);
    else if (state !== 'sent') findings.find('mailsLost', 0, `notification ${key} was mailed, but is ${state}`);
    if (ids > 1) findings.find('mailsLost', 0, `notification ${key} is in ${ids} mails with Message-IDs of their own`);
  }
  const doubled: string[] = [];
  const seen = new Map<string, ReceivedMail>();
  for (const mail of mails) {
    const { messageId, keys, to } = mail;
    const first = seen.get(messageId);
    if (first && first.keys.join() === keys.join()) doubled.push(messageId);
    else if (first) findings.find('mailsLost', 0, `two mails that say different things have Message-ID ${messageId}`);
    seen.set(messageId, mail);
    if (keys.length === 0) findings.find('mailsLost', 0, `mail ${messageId} names no notification`);
    for (const key of keys) {
      const notification = known.get(key);
      if (notification === undefined)
        findings.find('mailsLost', 0, `mail ${messageId} tells ${key}, which is not in the outbox`);
      else if (to.join() !== notification.recipient)
        findings.find('mailsLost', 0, `mail ${messageId} went to somebody else`);
    }
  }
  return doubled;
}

/** As the contract has it: one flat JSON object with three plausible integers; `customerId heartBeat bp`, or undefined. */
function readingIn(value: string | null): string | undefined {
  const match = /^\{"heartBeat":(-?\d+),"bp":(-?\d+),"customerId":(-?\d+)\}$/.exec(value ?? '');
  const [, heartBeat, bp, customerId] = (match ?? []).map(Number);
  if (heartBeat === undefined || bp === undefined || customerId === undefined) return undefined;
  return isPlausible(heartBeat, bp) ? valuesOf({ customerId, heartBeat, bp }) : undefined;
}

function isPlausible(heartBeat: number, bp: number): boolean {
  return heartBeat >= 1 && heartBeat <= 350 && bp >= 1 && bp <= 400;
}

const ORDER = ['opened', 'escalated', 'reminded', 'recovered'];

/** `opened.0`, `reminded.1` …; each kind counts its own. */
function toldOf(notifications: readonly StoredNotification[]): readonly string[] {
  const parts = notifications.map(({ key }) => key.split('.').slice(1));
  return parts
    .sort(([a = '', i], [b = '', j]) => ORDER.indexOf(a) - ORDER.indexOf(b) || Number(i) - Number(j))
    .map(([kind = '', ordinal]) => `${kind}.${ordinal}`);
}

function textOf(
  episode: Omit<ExpectedEpisode, 'told' | 'severity'> & { severity: string; told: readonly string[] },
): string {
  const { severity, worst, breaches, ended, told } = episode;
  const ordered = told.some((one) => one.includes('.')) ? told : numbered(told);
  return `${severity}, worst ${worst}, ${breaches} readings, ${ended ? 'ended' : 'open'}, told ${ordered.join(' ')}`;
}

function numbered(told: readonly string[]): readonly string[] {
  return ORDER.flatMap((kind) => told.filter((one) => one === kind).map((_, index) => `${kind}.${index}`));
}

function countOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
