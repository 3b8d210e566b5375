import type { Pool } from 'mysql2/promise';
import type { AlertSettings, Logger } from '../../settings/index.ts';
import type { SeenPatient } from './batch-facts.ts';
import type { Leadership } from './leadership.ts';
import type { OutboxEntry } from './outbox.ts';
import { presenceEntries } from './outbox-entries.ts';
import { fallenSilent, type PatientPresence, type PresenceChange, seenAgain } from './silence.ts';
import { commitBatch, readPresences } from './store.ts';

/** What a batch tells about who is there, to be written with everything else of the batch. */
export interface SeenWrite {
  readonly presences: readonly PatientPresence[];
  readonly outbox: readonly OutboxEntry[];
  /** To be called when it is written. */
  committed(): void;
}

/** Times in the database may be this part of `silentAfter` behind, so that a batch need not write each of its patients. */
const STALE_PART = 0.1;
/** From this part of `silentAfter` on it counts that clocks differ; less is how long readings are under way. */
const LATE_PART = 0.5;
const LONGEST_CHECK_INTERVAL_MS = 10_000;

/** Watches over who sends readings: `silentAfter` without one raises a technical alarm. */
export class PresenceWatch {
  readonly #pool: Pool;
  readonly #topic: string;
  readonly #settings: Pick<AlertSettings, 'silentAfterMs' | 'operatorEmail'>;
  readonly #log: Logger;
  readonly #presences = new Map<number, PatientPresence>();
  /** As they are in the database. */
  readonly #stored = new Map<number, PatientPresence>();
  #listeningSinceMs = Number.POSITIVE_INFINITY;
  #hasToldOfClocks = false;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(
    pool: Pool,
    topic: string,
    settings: Pick<AlertSettings, 'silentAfterMs' | 'operatorEmail'>,
    log: Logger,
  ) {
    this.#pool = pool;
    this.#topic = topic;
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Begins to watch.
   *
   * @param isKnown whether a patient is one of ours: nobody waits for those who have left
   */
  async start(lead: Leadership, isKnown: (customerId: number) => boolean, onCommitted: () => void): Promise<void> {
    const { silentAfterMs } = this.#settings;
    if (silentAfterMs === 0) return;
    for (const presence of await readPresences(this.#pool, this.#topic)) {
      this.#stored.set(presence.customerId, presence);
      if (!this.#presences.has(presence.customerId)) this.#presences.set(presence.customerId, presence);
    }
    this.#listeningSinceMs = Date.now();
    const check = () => {
      this.#checking = this.#checking.then(() =>
        this.check(lead, Date.now(), isKnown, onCommitted).catch((error: unknown) =>
          this.#log.warn({ err: error }, 'who is silent could not be checked'),
        ),
      );
    };
    this.#timer = setInterval(check, Math.min(LONGEST_CHECK_INTERVAL_MS, Math.ceil(silentAfterMs / 10)));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
  }

  /**
   * Takes the patients of a batch into account; what it returns must be written with the batch.
   *
   * @param isBehind whether more readings wait behind the batch
   */
  seen(patients: readonly SeenPatient[], isBehind: boolean): SeenWrite {
    const { silentAfterMs, operatorEmail } = this.#settings;
    if (silentAfterMs === 0) return { presences: [], outbox: [], committed: () => {} };
    const now: PatientPresence[] = [];
    const changes: PresenceChange[] = [];
    const before = new Map(patients.map(({ customerId }) => [customerId, this.#presences.get(customerId)]));
    const nowMs = Date.now();
    const lateMs = isBehind ? 0 : this.#latenessOf(patients, nowMs);
    for (const { customerId, newestAtMs } of patients) {
      // A clock that is ahead must not keep a patient from falling silent before it is reached.
      const { presence, change } = seenAgain(before.get(customerId), customerId, Math.min(newestAtMs + lateMs, nowMs));
      now.push(presence);
      if (change) changes.push(change);
    }
    const presences = now.filter((presence) => this.#isStale(presence));
    return {
      presences,
      outbox: presenceEntries(changes, this.#topic, operatorEmail),
      committed: () => {
        for (const presence of now) {
          const current = this.#presences.get(presence.customerId);
          // The alarm was raised while the batch was on its way: the next one tells that the patient is back.
          const raised = current !== before.get(presence.customerId) && current?.silentSinceMs !== undefined;
          this.#presences.set(
            presence.customerId,
            raised ? { ...presence, silentSinceMs: current.silentSinceMs } : presence,
          );
        }
        for (const presence of presences) this.#stored.set(presence.customerId, presence);
      },
    };
  }

  /**
   * How old the newest reading of a batch is that no others wait behind: it has only just been sent. By a clock that is behind ours
   * each patient would fall silent as soon as a reading has come, and be back with the next one.
   */
  #latenessOf(patients: readonly SeenPatient[], nowMs: number): number {
    const newestAtMs = patients.reduce((newest, one) => Math.max(newest, one.newestAtMs), Number.NEGATIVE_INFINITY);
    const lateMs = nowMs - newestAtMs;
    if (!(lateMs >= this.#settings.silentAfterMs * LATE_PART) || patients.length === 0) return 0;
    if (!this.#hasToldOfClocks) {
      this.#hasToldOfClocks = true;
      this.#log.warn(
        `readings are ${Math.round(lateMs / 1_000)} s old when they come: the clocks of this machine and of whoever sends to topic ${this.#topic} differ, or readings wait somewhere`,
      );
    }
    return lateMs;
  }

  /** Raises the alarm for those who have fallen silent by now. */
  async check(
    lead: Leadership,
    nowMs: number,
    isKnown: (customerId: number) => boolean,
    onCommitted: () => void,
  ): Promise<void> {
    const { silentAfterMs, operatorEmail } = this.#settings;
    const known = [...this.#presences.values()].filter(({ customerId }) => isKnown(customerId));
    const changes = fallenSilent(known, { nowMs, listeningSinceMs: this.#listeningSinceMs, silentAfterMs });
    if (changes.length === 0) return;
    const presences = changes.map(({ presence }) => presence);
    const outbox = presenceEntries(changes, this.#topic, operatorEmail);
    await commitBatch(this.#pool, lead, {
      outcome: { changed: [], dropped: [], progress: new Map() },
      presences,
      outbox,
    });
    for (const presence of presences) {
      this.#stored.set(presence.customerId, presence);
      // A reading that came meanwhile wins, and its batch will tell that the patient is back.
      const current = this.#presences.get(presence.customerId);
      if (current && current.lastSeenAtMs > presence.lastSeenAtMs) {
        this.#presences.set(presence.customerId, { ...current, silentSinceMs: presence.silentSinceMs });
      } else this.#presences.set(presence.customerId, presence);
    }
    this.#log.warn(`${presences.length} patients have sent no reading for ${Math.round(silentAfterMs / 1000)} s`);
    if (outbox.length > 0) onCommitted();
  }

  #isStale(presence: PatientPresence): boolean {
    const stored = this.#stored.get(presence.customerId);
    return (
      stored === undefined ||
      stored.silentSinceMs !== presence.silentSinceMs ||
      presence.lastSeenAtMs - stored.lastSeenAtMs >= this.#settings.silentAfterMs * STALE_PART
    );
  }
}
