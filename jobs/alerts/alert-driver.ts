import type { Pool } from 'mysql2/promise';
import { databaseError, inTransaction } from '../../database/index.ts';
import type { AlertLinkSettings, AlertSettings, DatabaseSettings, Logger, SmtpSettings } from '../../settings/index.ts';
import type { JobEvent } from '../job.ts';
import { BatchAlerts, type CollectBatch } from './batch-alerts.ts';
import { type Leadership, readEpoch, requireLead, takeLead } from './leadership.ts';
import { type BandsOf, LimitsDirectory } from './limits-directory.ts';
import type { Mailer } from './mailer.ts';
import { countWaiting } from './outbox.ts';
import { OutboxMailer } from './outbox-mailer.ts';
import { PresenceWatch } from './presence-watch.ts';
import { createAlertTables } from './schema.ts';

export interface AlertDriverOptions<Bands> {
  readonly pool: Pool;
  readonly database: DatabaseSettings;
  readonly topic: string;
  readonly settings: AlertSettings;
  readonly mailer: Mailer;
  readonly smtp: SmtpSettings;
  /** Undefined where mails carry no link to acknowledge. */
  readonly acknowledgeLink: AlertLinkSettings | undefined;
  readonly log: Logger;
  readonly report: (event: JobEvent) => void;
  readonly query: string;
  readonly bandsOf: BandsOf<Bands>;
  /** Whether more readings wait behind a batch of so many. */
  readonly isBehind: (readings: number) => boolean;
}

/** What a process does for the alerts of a topic: takes the lead, then handles batches, sends mails, and watches for silence. */
export class AlertDriver<Bands> {
  readonly #with: AlertDriverOptions<Bands>;
  readonly #limits: LimitsDirectory<Bands>;
  readonly #presence: PresenceWatch;
  readonly #batches: BatchAlerts<Bands>;
  readonly #lead: {
    promise: Promise<Leadership>;
    resolve: (lead: Leadership) => void;
    reject: (error: unknown) => void;
  };
  #mailer: OutboxMailer | undefined;
  #epochBefore: bigint | undefined;

  constructor(options: AlertDriverOptions<Bands>) {
    this.#with = options;
    const { pool, database, topic, settings, log, bandsOf } = options;
    this.#limits = new LimitsDirectory(pool, database, log, bandsOf);
    this.#presence = new PresenceWatch(pool, topic, settings, log);
    this.#lead = deferred();
    this.#batches = new BatchAlerts({
      ...options,
      limits: this.#limits,
      presence: this.#presence,
      lead: this.#lead.promise,
      onCommitted: ({ notified, isBehind }) => {
        this.#mailer?.catchUp(isBehind);
        if (notified) this.#mailer?.wake();
      },
    });
  }

  /** Reads limits, patients and who leads, so that what is wrong with the database shows before anything is started. */
  async checkDirectory(): Promise<void> {
    const { pool, topic, database } = this.#with;
    await this.#limits.refresh();
    this.#epochBefore = await readEpoch(pool, topic).catch((error: unknown) => {
      throw databaseError(error, database);
    });
  }

  /** Takes the lead from whoever had it. Called when batches may come, which is what proves that they are ours. */
  async begin(): Promise<void> {
    const { pool, topic, mailer, smtp, acknowledgeLink, settings, log, database } = this.#with;
    try {
      await createAlertTables(pool);
      const lead = await takeLead(pool, topic, this.#epochBefore);
      this.#mailer = new OutboxMailer({
        pool,
        lead,
        mailer,
        smtp,
        acknowledgeLink,
        gaps: settings,
        operatorEmail: settings.operatorEmail,
        log,
      });
      const isKnown = (customerId: number) => this.#limits.current?.index.patients.has(customerId) ?? false;
      await this.#presence.start(lead, isKnown, () => this.#mailer?.wake());
      this.#mailer.start();
      this.#lead.resolve(lead);
    } catch (error) {
      const explained = databaseError(error, database);
      this.#lead.reject(explained);
      throw explained;
    }
  }

  /**
   * Makes sure that nobody has taken the lead since, as each batch does: a process without batches would not find out.
   * @throws OperatorError `FENCED`
   */
  async requireLead(): Promise<void> {
    const { pool, database } = this.#with;
    const lead = await this.#lead.promise;
    try {
      await inTransaction(pool, (connection) => requireLead(connection, lead));
    } catch (error) {
      throw databaseError(error, database);
    }
  }

  handle(collect: CollectBatch<Bands>, batchId: number, signal: AbortSignal): Promise<void> {
    return this.#batches.handle(collect, batchId, signal);
  }

  /** Finishes the mails in hand; what waits stays in the outbox. */
  async stop(): Promise<void> {
    this.#lead.reject(new Error('the driver is being stopped'));
    await this.#presence.stop();
    if (this.#mailer === undefined) return;
    await this.#mailer.stop();
    await this.#tellWhatWaits();
  }

  /** Who stops the last driver must know that doctors are not told of everything yet. */
  async #tellWhatWaits(): Promise<void> {
    const { pool, topic, log } = this.#with;
    const waiting = await countWaiting(pool, topic).catch((error: unknown) => {
      log.debug({ err: error }, 'the outbox cannot be read');
      return 0;
    });
    if (waiting === 0) return;
    const what = waiting === 1 ? 'notification waits' : 'notifications wait';
    log.warn(`${waiting} ${what} in the outbox: the next driver goes on from there`);
  }
}

function deferred() {
  let resolve: (lead: Leadership) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Leadership>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Nobody may be waiting for it when it is given up.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
