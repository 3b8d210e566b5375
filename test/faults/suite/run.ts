import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { Checkpoint } from './checkpoint.ts';
import { MailLog, readFacts, readRows } from './facts.ts';
import { inject } from './inject.ts';
import { reconcile, type Tally } from './ledger.ts';
import { waitFor } from './patience.ts';
import { wardOf } from './readings.ts';
import { RowWriter } from './row-writer.ts';
import { PLANNED_ROWS, type RunPlan } from './schedule.ts';
import type { Services } from './services.ts';
import type { SystemUnderFaults } from './surroundings.ts';
import { endsOf, readRecords } from './topic-reader.ts';

/** What is left from the runs before, which the ledger sees again each time. */
export interface Past {
  readonly mails: MailLog;
  readonly breaches: Set<string>;
  tally: Tally;
  doubledMails: number;
}

export function noPast(): Past {
  const tally = { lost: 0, doubled: 0, episodesMissed: 0, episodesDoubled: 0, mailsLost: 0 };
  return { mails: new MailLog(), breaches: new Set(), tally, doubledMails: 0 };
}

export interface RunResult {
  readonly plan: RunPlan;
  readonly rows: number;
  /** What this run has added. */
  readonly tally: Tally;
  readonly doubledMails: number;
  /** From the last component's return until a new reading was archived and mailed; undefined when that never happened. */
  readonly recoveryMs: number | undefined;
  readonly tookMs: number;
  readonly starts: { readonly producer: number; readonly driver: number };
  readonly breaches: readonly string[];
}

export interface RunSurroundings {
  readonly system: SystemUnderFaults;
  readonly services: Services | undefined;
  readonly past: Past;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Beyond these something is stuck. How long it took is in the table, for a busy machine is slow and keeps its promises all the same. */
const FLOW_LIMIT_MS = 300_000;
const SETTLE_LIMIT_MS = 180_000;
/** Out of limits, so many that an episode opens. */
const PROBES = [180, 181, 182];
const BAD_MESSAGES = ['', 'no reading', '{"heartBeat":70.5,"bp":170,"customerId":1}'];

/** One run: rows arrive, faults happen, everything settles, and the ledger is drawn up over all runs so far. */
export async function runOnce(plan: RunPlan, surroundings: RunSurroundings): Promise<RunResult> {
  const { system, past, signal, say } = surroundings;
  const startedAt = performance.now();
  const startsBefore = startsOf(system);
  const ward = wardOf(plan.run);
  const writer = new RowWriter(system.pool, ward, signal);
  await writer.admitPatients();
  let isOver = false;
  const writing = writer.write(plan.seed, PLANNED_ROWS, () => isOver);
  const late = writer.writeLate();
  const bad = writeBadMessages(system, signal);
  const injecting = Promise.all(plan.faults.map((fault) => inject(fault, { ...surroundings, writer })));
  // A failure must be seen at once, also while the rest goes on.
  const failed = Promise.all([writing, late, bad]).then(() => new Promise<never>(() => {}));
  failed.catch(() => {});
  const backAt = Math.max(...(await Promise.race([injecting, failed])));
  say('all back; waiting until everything flows');
  await writer.insert(PROBES.map((heartBeat) => ({ customerId: ward.probe.customerId, heartBeat, bp: 150 })));
  const flowsAt = await flowing(surroundings, ward.probe.customerId);
  isOver = true;
  await Promise.all([writing, late, bad]);
  const recoveryMs = flowsAt === undefined ? undefined : Math.max(0, flowsAt - backAt);
  say(recoveryMs === undefined ? 'it does not flow' : `flows after ${(recoveryMs / 1000).toFixed(1)} s; settling`);
  const unsettled = await settle(surroundings);
  past.mails.take(system.around.mail);
  const facts = await readFacts(system, past.mails);
  const { tally, breaches, doubledMails } = reconcile(facts);
  const problems = breaches.filter((breach) => !past.breaches.has(breach));
  for (const breach of problems) past.breaches.add(breach);
  const before = past.tally;
  const doubledBefore = past.doubledMails;
  past.tally = tally;
  past.doubledMails = doubledMails.length;
  const newlyDoubled = doubledMails.length - doubledBefore;
  const allowed = plan.faults.filter(({ kind }) => kind.mayDoubleMails).length;
  if (newlyDoubled > allowed) problems.push(`${newlyDoubled} mails came again, where ${allowed} may`);
  if (recoveryMs === undefined)
    problems.push(`a new reading was not archived and mailed within ${FLOW_LIMIT_MS / 1000} s`);
  if (unsettled !== undefined) problems.push(`not settled within ${SETTLE_LIMIT_MS / 1000} s: ${unsettled}`);
  const startsNow = startsOf(system);
  return {
    plan,
    rows: writer.rows,
    tally: difference(tally, before),
    doubledMails: newlyDoubled,
    recoveryMs,
    tookMs: performance.now() - startedAt,
    starts: {
      producer: startsNow.producer - startsBefore.producer,
      driver: startsNow.driver - startsBefore.driver,
    },
    breaches: problems,
  };
}

/** Waits until readings, quarantine and mails of everything that is in the table are where they belong. @returns what is missing */
export async function settle({
  system,
  signal,
}: Pick<RunSurroundings, 'system' | 'signal'>): Promise<string | undefined> {
  const { around, pool } = system;
  let missing = 'rows in the topic';
  const limit = { signal, limitMs: SETTLE_LIMIT_MS, everyMs: 300 };
  const ends = await waitFor(async () => {
    const { topic, rejected } = await readRecords(around.environment);
    const there = new Set([...rejected, ...topic.map(({ sourceId }) => sourceId)]);
    return (await readRows(pool)).every(({ id }) => there.has(id)) && endsOf(topic);
  }, limit);
  if (ends === undefined) return missing;
  for (const [name, directory] of checkpointsOf(system)) {
    missing = name;
    const checkpoint = new Checkpoint(around.hdfs, directory);
    if ((await waitFor(() => checkpoint.reachedAt(ends), limit)) === undefined) return missing;
  }
  const told = await waitFor(async () => {
    const [[row]] = await pool.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS number FROM alert_outbox WHERE state IN ('pending', 'sending')",
    );
    return Number(row?.number) === 0;
  }, limit);
  return told ? undefined : 'mails in the outbox';
}

/** When the probe was archived and its alert mailed. */
async function flowing({ system, signal }: RunSurroundings, customerId: number): Promise<number | undefined> {
  const { around, pool } = system;
  const limit = { signal, limitMs: FLOW_LIMIT_MS, everyMs: 100 };
  const mailedAt = await waitFor(async () => {
    const [[episode]] = await pool.query<RowDataPacket[]>('SELECT id FROM alert_episode WHERE customerId = ?', [
      customerId,
    ]);
    const key = `${episode?.id}.opened.0`;
    return around.mail.mails.find(({ mail }) => String(mail.headers.get(NOTIFICATIONS)).includes(key))?.arrivedAt;
  }, limit);
  if (mailedAt === undefined) return undefined;
  // Once: reading the whole topic again and again would be more work than all that it waits for.
  const ends = await waitFor(async () => {
    const { topic } = await readRecords(around.environment);
    const probes = topic.filter(({ value }) => value?.includes(`"customerId":${customerId}}`));
    return probes.length >= PROBES.length && endsOf(probes);
  }, limit);
  const archive = new Checkpoint(around.hdfs, around.environment.VITALS_CHECKPOINT);
  const archivedAt = ends && (await waitFor(() => archive.reachedAt(ends), limit));
  return archivedAt && Math.max(mailedAt, archivedAt);
}

const NOTIFICATIONS = 'x-instant-health-notifications';

function checkpointsOf({ around: { environment } }: SystemUnderFaults): readonly [string, string | undefined][] {
  return [
    ['the archive', environment.VITALS_CHECKPOINT],
    ['quarantine', `${environment.VITALS_CHECKPOINT}-quarantine`],
    ['alerts', environment.ALERTS_CHECKPOINT],
  ];
}

/** Past the producer, straight into the topic. */
async function writeBadMessages({ around }: SystemUnderFaults, signal: AbortSignal): Promise<void> {
  for (const value of BAD_MESSAGES) {
    for (;;) {
      signal.throwIfAborted();
      try {
        await around.writer.raw({ value });
        break;
      } catch {
        // It may be there all the same; what is in the topic counts.
        await delay(500, undefined, { signal });
      }
    }
  }
}

function startsOf({ producer, driver }: SystemUnderFaults) {
  return { producer: producer.starts, driver: driver.starts };
}

function difference(now: Tally, before: Tally): Tally {
  return {
    lost: now.lost - before.lost,
    doubled: now.doubled - before.doubled,
    episodesMissed: now.episodesMissed - before.episodesMissed,
    episodesDoubled: now.episodesDoubled - before.episodesDoubled,
    mailsLost: now.mailsLost - before.mailsLost,
  };
}
