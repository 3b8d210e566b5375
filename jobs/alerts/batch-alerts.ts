import type { Pool } from 'mysql2/promise';
import { databaseError, isTransient } from '../../database/index.ts';
import type { AlertSettings, DatabaseSettings, Logger } from '../../settings/index.ts';
import type { JobEvent } from '../job.ts';
import { backOffMs } from './back-off.ts';
import type { CollectedBatch, SeenPatient } from './batch-facts.ts';
import { applyBatch, type BatchFacts, type BatchOutcome } from './batch-outcome.ts';
import type { Episode } from './episodes.ts';
import type { Leadership } from './leadership.ts';
import { ATTRIBUTES } from './limits.ts';
import type { CurrentLimits, LimitsDirectory } from './limits-directory.ts';
import { badRowsEntry, episodeEntry } from './outbox-entries.ts';
import type { PresenceWatch, SeenWrite } from './presence-watch.ts';
import { Stopwatch } from './stopwatch.ts';
import { commitBatch, readAlertState, type StoredAlertState } from './store.ts';

/**
 * Finds out what happened in a batch, by the limits given.
 *
 * @param episodes what is pending or open before the batch
 */
export type CollectBatch<Bands> = (
  limits: CurrentLimits<Bands>,
  episodes: readonly Episode[],
) => Promise<CollectedBatch>;

interface Surroundings<Bands> {
  readonly pool: Pool;
  readonly database: DatabaseSettings;
  readonly topic: string;
  readonly settings: AlertSettings;
  readonly limits: LimitsDirectory<Bands>;
  readonly presence: PresenceWatch;
  readonly log: Logger;
  readonly report: (event: JobEvent) => void;
  readonly query: string;
  /** The driver's right to write; a batch waits for it. */
  readonly lead: Promise<Leadership>;
  /** Whether more readings wait behind a batch of so many. */
  readonly isBehind: (readings: number) => boolean;
  /** The batch is in the database: whether the outbox has something new, and whether more readings wait behind the batch. */
  readonly onCommitted: (batch: { readonly notified: boolean; readonly isBehind: boolean }) => void;
}

/** A database that restarts is away for some seconds; the batch waits rather than fail the query. */
const DATABASE_ATTEMPTS = 8;
const DATABASE_BACK_OFF = { firstMs: 100, mostMs: 5_000 };

const STRANGERS_AT_MOST = 10_000;

interface BatchParts<Bands> {
  readonly facts: BatchFacts;
  readonly limits: CurrentLimits<Bands>;
  readonly seen: SeenWrite;
  readonly withoutLimits: number;
}

/** Handles the batches of vital-alerts: what they change is written in one transaction, which the mailer then works off. */
export class BatchAlerts<Bands> {
  readonly #with: Surroundings<Bands>;
  /** Patients who were looked for in the tables and are not there. */
  readonly #strangers = new Set<number>();

  constructor(surroundings: Surroundings<Bands>) {
    this.#with = surroundings;
  }

  /** Resolves when the batch is in the database. A batch that comes again changes nothing. */
  async handle(collect: CollectBatch<Bands>, batchId: number, signal: AbortSignal): Promise<void> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.#attempt(collect, batchId);
      } catch (error) {
        if (!isTransient(error) || attempts === DATABASE_ATTEMPTS || signal.aborted) {
          throw databaseErrorOf(error, this.#with.database);
        }
        this.#with.log.warn({ err: error }, `batch ${batchId}: the database is away; attempt ${attempts + 1} follows`);
        await pause(backOffMs(attempts, DATABASE_BACK_OFF), signal);
      }
    }
  }

  async #attempt(collect: CollectBatch<Bands>, batchId: number): Promise<void> {
    const { pool, topic, presence, report, query, onCommitted, isBehind } = this.#with;
    const at = new Date().toISOString();
    const stopwatch = new Stopwatch();
    const lead = await this.#with.lead;
    const [known, state] = await stopwatch.time(
      'directory',
      Promise.all([this.#with.limits.refresh(), readAlertState(pool, topic)]),
    );
    const { limits, facts, patients } = await stopwatch.time('collect', this.#collect(collect, known, state));
    const readings = patients.reduce((sum, one) => sum + one.readings, 0);
    const seen = presence.seen(patients, isBehind(readings));
    const withoutLimits = isRepeated(facts, state) ? 0 : this.#withoutLimits(limits, patients, batchId);
    const { outcome, notified } = await stopwatch.time(
      'transaction',
      this.#write(lead, state, { facts, limits, seen, withoutLimits }),
    );
    seen.committed();
    onCommitted({ notified, isBehind: isBehind(readings) });
    const counts = {
      readings,
      'out of limits': outcome.outOfLimits,
      notifications: outcome.notifications.length,
      'measurements without limits': withoutLimits,
    };
    report({ query, batchId, counts, durationMs: stopwatch.laps, at });
  }

  /**
   * Collects the batch by the limits that are known, or by those of this moment where it has patients who are not: whoever was
   * admitted before a reading came must be judged by it, however seldom large tables are read.
   */
  async #collect(
    collect: CollectBatch<Bands>,
    known: CurrentLimits<Bands>,
    { episodes }: StoredAlertState,
  ): Promise<CollectedBatch & { readonly limits: CurrentLimits<Bands> }> {
    const collected = await collect(known, episodes);
    const isNew = ({ customerId }: SeenPatient) =>
      !known.index.patients.has(customerId) && !this.#strangers.has(customerId);
    const newcomers = collected.patients.filter(isNew);
    if (newcomers.length === 0) return { ...collected, limits: known };
    const limits = await this.#with.limits.renew();
    for (const { customerId } of newcomers) {
      // Looked for once: a monitor that nobody knows sends at each batch.
      if (!limits.index.patients.has(customerId)) this.#strangers.add(customerId);
    }
    if (this.#strangers.size > STRANGERS_AT_MOST) this.#strangers.clear();
    if (limits === known) return { ...collected, limits };
    return { ...(await collect(limits, episodes)), limits };
  }

  /** Judges the batch and writes what comes of it; anew when somebody has acknowledged or silenced something meanwhile. */
  async #write(
    lead: Leadership,
    before: StoredAlertState,
    { facts, limits, seen, withoutLimits }: BatchParts<Bands>,
  ): Promise<{ readonly outcome: BatchOutcome; readonly notified: boolean }> {
    const { pool, topic, settings } = this.#with;
    const judgement = { topic, settings, limitsOf: limits.index.limitsOf.bind(limits.index) };
    for (let state = before; ; state = await readAlertState(pool, topic)) {
      const outcome = applyBatch(state, facts, judgement);
      const outbox = [
        ...outcome.notifications.map((one) => episodeEntry(one, limits.index.patients, settings.operatorEmail)),
        ...seen.outbox,
        ...badRowsEntry(limits.rejected, topic, settings.operatorEmail),
      ];
      const write = { outcome, presences: seen.presences, outbox, acts: state.acts, withoutLimits };
      if (await commitBatch(pool, lead, write)) return { outcome, notified: outbox.length > 0 };
    }
  }

  #withoutLimits({ index }: CurrentLimits<Bands>, patients: readonly SeenPatient[], batchId: number): number {
    let measurements = 0;
    let concerned = 0;
    for (const { customerId, readings } of patients) {
      const missing = ATTRIBUTES.filter((attribute) => index.limitsOf(customerId, attribute).length === 0).length;
      measurements += missing * readings;
      if (missing > 0) concerned += 1;
    }
    if (measurements > 0) {
      this.#with.log.warn(
        `batch ${batchId}: ${measurements} measurements of ${concerned} patients have no limits in threshold_reference`,
      );
    }
    return measurements;
  }
}

/** Whether all of it has been applied before. */
function isRepeated({ ends }: BatchFacts, { progress }: StoredAlertState): boolean {
  return [...ends].every(([partition, { nextOffset }]) => nextOffset <= (progress.get(partition)?.nextOffset ?? 0n));
}

function databaseErrorOf(error: unknown, settings: DatabaseSettings): unknown {
  const isOfDriver = typeof error === 'object' && error !== null && 'sqlState' in error;
  return isOfDriver || isTransient(error) ? databaseError(error, settings) : error;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
