import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import {
  type AlertLinkSettings,
  type AlertSettings,
  codeOf,
  type Logger,
  messageOf,
  type SmtpSettings,
} from '../../settings/index.ts';
import { acknowledgeLinks } from './acknowledge-link.ts';
import { backOffMs } from './back-off.ts';
import { type Leadership, requireLead } from './leadership.ts';
import type { MailItem } from './mail-item.ts';
import { type PlannedMail, planMails } from './mail-plan.ts';
import { alertMail } from './mail-template.ts';
import { type Mailer, mailFailure } from './mailer.ts';
import {
  claimMail,
  enqueue,
  isOverdue,
  LEASE_MS,
  LONGEST_PAUSE_MS,
  lastMailAges,
  markFailed,
  markForRetry,
  markSent,
  readMail,
  readWaiting,
  releaseMail,
  renewLeases,
} from './outbox.ts';
import { undeliveredEntry } from './outbox-entries.ts';
import { endOverdueSilences } from './silences.ts';
import { Swinging } from './swinging.ts';

export interface OutboxMailerOptions {
  readonly pool: Pool;
  readonly lead: Leadership;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly smtp: Pick<SmtpSettings, 'from' | 'link'>;
  readonly gaps: Pick<AlertSettings, 'mailGapMs' | 'urgentMailGapMs'>;
  /** Mails carry links to acknowledge where it is given. */
  readonly acknowledgeLink?: AlertLinkSettings | undefined;
  /** Who is told of mails that do not reach their recipients. */
  readonly operatorEmail?: string | undefined;
  readonly log: Logger;
  /** Told of each mail that the server has taken. */
  readonly onSent?: (mail: SentMail) => void;
}

export interface SentMail {
  readonly messageId: string;
  readonly notifications: number;
}

/** One attempt at a mail. */
interface Attempt {
  readonly mailId: string;
  readonly recipient: string;
  readonly items: readonly MailItem[];
  readonly lease: string;
  /** This one included. */
  readonly attempts: number;
}

/** While readings wait that came during an outage, mails are held back so long after a batch, and so long in all. */
const CATCHING_UP = { afterBatchMs: 5_000, mostMs: 15_000 };
/** Looking anew after each mail would read a thousand waiting notifications a thousand times. */
const MAILS_PER_LOOK = 50;
/** Notifications that others have put in, and leases that ran out, are found this soon. */
const LOOK_EVERY_MS = 1_000;
const REFUSED_FOR_NOW = { firstMs: 5_000, mostMs: LONGEST_PAUSE_MS };
/** By then a recipient's server has said "later" for some minutes: the operator must know. */
const TELL_AFTER_ATTEMPTS = 8;
/** Short, so that mails flow soon after the server is back. */
const NO_SERVER = { firstMs: 500, mostMs: 10_000 };
const NO_DATABASE = { firstMs: 250, mostMs: 5_000 };
/** A server that has fallen silent in the middle of a mail is not waited for any longer at the end. */
const STOP_LIMIT_MS = 10_000;
/** Message-IDs of a conversation that a mail names; the first always. */
const REFERENCES = 10;
/** Episodes of a mail whose conversation it names. */
const CONVERSATIONS = 10;

/** Sends what the outbox holds, in this process, until it is stopped. The outbox is what survives; this is only its hands. */
export class OutboxMailer {
  readonly #with: OutboxMailerOptions;
  readonly #stopping = new AbortController();
  readonly #leases = new Set<string>();
  #wake: () => void = () => {};
  #awake = false;
  #running: Promise<void> | undefined;
  #serverFailures = 0;
  /** How often the server has broken off a mail while it took others; by the mail's id. */
  readonly #brokenOff = new Map<string, number>();
  readonly #swinging = new Swinging();
  #behindSince: number | undefined;
  #heldUntil = 0;

  constructor(options: OutboxMailerOptions) {
    this.#with = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something new: look at once. */
  wake(): void {
    this.#awake = true;
    this.#wake();
  }

  /**
   * Says whether readings wait that came while nobody looked. What they tell of one episode then goes into one mail, and
   * nobody reads of the begin of what has ended long since; but an alert waits for some seconds of that at most.
   */
  catchUp(isBehind: boolean): void {
    const now = performance.now();
    const wasHeld = now < this.#heldUntil;
    this.#behindSince = isBehind ? (this.#behindSince ?? now) : undefined;
    this.#heldUntil =
      this.#behindSince === undefined
        ? 0
        : Math.min(now + CATCHING_UP.afterBatchMs, this.#behindSince + CATCHING_UP.mostMs);
    if (wasHeld && !isBehind) this.wake();
  }

  /** Finishes the mail in hand. What waits stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    const limit = new AbortController();
    const tooLong = delay(STOP_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([this.#running, tooLong]);
    limit.abort();
  }

  async #run(): Promise<void> {
    const renewal = setInterval(
      () => void renewLeases(this.#with.pool, [...this.#leases]).catch(() => {}),
      LEASE_MS / 3,
    );
    let databaseFailures = 0;
    try {
      while (!this.#stopping.signal.aborted) {
        this.#awake = false;
        let waitMs: number;
        try {
          waitMs = await this.#round();
          databaseFailures = 0;
        } catch (error) {
          databaseFailures += 1;
          waitMs = backOffMs(databaseFailures, NO_DATABASE);
          this.#with.log.warn({ err: error }, `the outbox cannot be read; next look in ${Math.round(waitMs)} ms`);
        }
        // A server that does not answer is not asked sooner because more mails have come.
        await this.#sleep(waitMs, this.#serverFailures === 0 && databaseFailures === 0);
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Sends what can be sent now; resolves to the milliseconds until another look makes sense. */
  async #round(): Promise<number> {
    const { pool, lead, gaps } = this.#with;
    await this.#endSilences();
    const heldMs = this.#heldUntil - performance.now();
    if (heldMs > 0) return heldMs;
    const found = await readWaiting(pool, lead.topic, gaps);
    if (found.length === 0) return LOOK_EVERY_MS;
    const waiting = await this.#swinging.calm(pool, found, performance.now());
    const recipients = [...new Set(waiting.map(({ recipient }) => recipient))];
    const longestGapMs = Math.max(gaps.mailGapMs, gaps.urgentMailGapMs);
    const plan = planMails(waiting, await lastMailAges(pool, recipients, longestGapMs), gaps);
    // One mail after the other: a crash then falls between the server's 250 and our note of one mail at most.
    for (const mail of plan.mails.slice(0, MAILS_PER_LOOK)) {
      await this.#deliver(mail);
      // Something new may be more urgent than what is left, and a slow server takes minutes for that.
      if (this.#stopping.signal.aborted || this.#serverFailures > 0 || this.#awake) break;
    }
    if (this.#serverFailures > 0) return backOffMs(this.#serverFailures, NO_SERVER);
    if (plan.mails.length > 0) return 0;
    return Math.min(LOOK_EVERY_MS, Math.max(1, plan.nextInMs ?? LOOK_EVERY_MS));
  }

  /** A silence ends by the time of day, whether or not readings come. */
  async #endSilences(): Promise<void> {
    const { pool, lead, log } = this.#with;
    try {
      const { ended, told } = await endOverdueSilences(pool, lead.topic, (connection) => requireLead(connection, lead));
      if (ended.length > 0) log.info(`${ended.length} silences have ended; ${told} episodes under them are still open`);
    } catch (error) {
      // Whoever leads now ends them.
      if (codeOf(error) !== 'FENCED') throw error;
    }
  }

  async #deliver({ mailId, rowIds, recipient, attempts }: PlannedMail): Promise<void> {
    const { pool, lead, mailer, smtp, log, onSent } = this.#with;
    const lease = randomUUID();
    const claimedAt = performance.now();
    if (!(await claimMail(pool, lead, { mailId, rowIds, lease }))) return;
    this.#leases.add(lease);
    try {
      const { items, rowOf, keys, episodes, earlier } = await readMail(pool, mailId);
      const acknowledge = acknowledgeLinks(rowOf, this.#with.acknowledgeLink);
      // Frozen since? Then somebody else may be sending it by now.
      if (performance.now() - claimedAt > LEASE_MS / 2) return await releaseMail(pool, lease);
      const messageId = this.#messageId(mailId);
      try {
        await mailer.send({
          ...alertMail(items, { link: smtp.link, acknowledge, followUp: earlier.length > 0 }),
          to: recipient,
          messageId,
          references: this.#conversation(earlier),
          conversations: episodes.slice(0, CONVERSATIONS).map((id) => this.#messageId(`episode ${id}`)),
          notificationKeys: keys,
        });
      } catch (error) {
        return await this.#settleFailure(error, { mailId, recipient, items, lease, attempts: attempts + 1 });
      }
      this.#serverFailures = 0;
      this.#brokenOff.delete(mailId);
      this.#swinging.told(recipient, items, performance.now());
      await this.#insist(() => markSent(pool, lease));
      log.debug(`mail ${messageId} tells of ${keys.length} notifications`);
      onSent?.({ messageId, notifications: keys.length });
    } finally {
      this.#leases.delete(lease);
    }
  }

  async #settleFailure(error: unknown, { mailId, recipient, items, lease, attempts }: Attempt): Promise<void> {
    const { pool, lead, operatorEmail, log } = this.#with;
    const reason = messageOf(error);
    const failure = mailFailure(error);
    const notice = (isGivenUp: boolean) =>
      undeliveredEntry({ mailId, recipient, items, reason, isGivenUp }, lead.topic, operatorEmail);
    if (failure === 'refused') {
      log.error({ err: error }, 'a mail was refused for good; `npm run status` shows it');
      this.#brokenOff.delete(mailId);
      return await this.#insist(() =>
        inTransaction(pool, async (connection) => {
          if (await markFailed(connection, lease, reason)) await enqueue(connection, lead.topic, notice(true));
        }),
      );
    }
    const isServerGone = failure === 'no server' && !this.#isOnlyThisMail(mailId);
    if (isServerGone) {
      this.#serverFailures += 1;
      log.warn({ err: error }, 'mails wait in the outbox');
      return await this.#insist(() => markForRetry(pool, lease, 0, reason));
    }
    const afterMs = backOffMs(this.#brokenOff.get(mailId) ?? attempts, REFUSED_FOR_NOW);
    const what =
      failure === 'no server' ? 'a mail, and no other, is broken off by the server' : 'a mail was refused for now';
    log.warn({ err: error }, `${what}; next attempt in ${Math.round(afterMs / 1000)} s`);
    await this.#insist(() =>
      inTransaction(pool, async (connection) => {
        await markForRetry(connection, lease, afterMs, reason);
        if (attempts >= TELL_AFTER_ATTEMPTS && (await isOverdue(connection, mailId)))
          await enqueue(connection, lead.topic, notice(false));
      }),
    );
  }

  /**
   * Whether the server seems to be there for other mails: it has broken this one off before, and taken another one since. Then
   * this one is what has to wait, or each attempt at it would hold up all others.
   */
  #isOnlyThisMail(mailId: string): boolean {
    const before = this.#brokenOff.get(mailId) ?? 0;
    const isOnly = before > 0 && this.#serverFailures === 0;
    this.#brokenOff.set(mailId, isOnly ? before + 1 : Math.max(before, 1));
    return isOnly;
  }

  /** What was done must be noted, or it would be done again: tries until it is, or until the mailer is stopped. */
  async #insist(note: () => Promise<void>): Promise<void> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await note();
      } catch (error) {
        if (this.#stopping.signal.aborted) throw error;
        await this.#sleep(backOffMs(attempts, NO_DATABASE), false);
      }
    }
  }

  #messageId(mailId: string): string {
    const hash = createHash('sha256').update(mailId).digest('hex').slice(0, 32);
    return `<${hash}@${this.#with.smtp.from.split('@')[1]}>`;
  }

  #conversation(earlier: readonly string[]): readonly string[] {
    const ids = earlier.map((mailId) => this.#messageId(mailId));
    return ids.length <= REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - REFERENCES)];
  }

  async #sleep(ms: number, wakeable: boolean): Promise<void> {
    if (ms <= 0 || (wakeable && this.#awake) || this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (!wakeable && !this.#stopping.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
