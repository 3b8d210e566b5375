import { setTimeout as delay } from 'node:timers/promises';
import { atMost } from './patience.ts';
import type { RowWriter } from './row-writer.ts';
import type { PlannedFault, Trigger } from './schedule.ts';
import type { Services } from './services.ts';
import type { Supervised } from './supervisor.ts';
import type { SystemUnderFaults } from './surroundings.ts';

/** What a fault waits for may not come because of another one: then it begins all the same. */
const TRIGGER_LIMIT_MS = 5_000;
/** For a mail that a fault of the mail server is meant for; another fault may hold it up. */
const MAIL_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 20;

export interface Injection {
  readonly system: SystemUnderFaults;
  readonly writer: RowWriter;
  /** Undefined on a stack that is shared. */
  readonly services: Services | undefined;
  readonly signal: AbortSignal;
}

/**
 * Waits for a fault's moment and lets it happen.
 *
 * @returns when what it hit was back: for the two processes the moment of the signal, since starting them again is part of
 *   their recovery; milliseconds since the epoch
 */
export async function inject({ kind, trigger, delayMs, lastsMs }: PlannedFault, injection: Injection): Promise<number> {
  const { system, services, signal } = injection;
  await moment(trigger, injection);
  await delay(delayMs, undefined, { signal });
  const { part, name } = kind;
  const action = name.slice(part.length + 1);
  if (part === 'smtp') return await ofMailServer(action, lastsMs, injection);
  if (part === 'line') return await cut(system.lines[action as keyof typeof system.lines], lastsMs, signal);
  if (part === 'producer' || part === 'driver') return await ofProcess(system[part], action, lastsMs, signal);
  if (services === undefined) throw new Error(`${name} needs a stack of the suite's own`);
  if (action === 'kill') return await services.killAndStart(part, lastsMs, signal);
  if (action === 'restart') return await services.restart(part, signal);
  return await services.freeze(part, lastsMs, signal);
}

async function moment(trigger: Trigger, { system, writer, signal }: Injection): Promise<void> {
  if (trigger.on === 'rows') {
    while (writer.rows < trigger.count) await delay(LOOK_EVERY_MS, undefined, { signal });
    return;
  }
  if (trigger.on === 'batch') {
    await system.driver.line(/"query":"vital-alerts"/, { limitMs: TRIGGER_LIMIT_MS, signal });
  } else await atMost(TRIGGER_LIMIT_MS, signal, (limit) => system.around.mail.inHand(limit));
}

async function ofProcess(process: Supervised, action: string, lastsMs: number, signal: AbortSignal): Promise<number> {
  const at = Date.now();
  if (action === 'kill') process.signal('SIGKILL');
  if (action === 'restart') process.signal('SIGTERM');
  if (action !== 'freeze') return at;
  process.signal('SIGSTOP');
  try {
    await delay(lastsMs, undefined, { signal });
  } finally {
    process.signal('SIGCONT');
  }
  return Date.now();
}

async function cut(line: { cut(): void; mend(): void }, lastsMs: number, signal: AbortSignal): Promise<number> {
  line.cut();
  try {
    await delay(lastsMs, undefined, { signal });
  } finally {
    line.mend();
  }
  return Date.now();
}

async function ofMailServer(action: string, lastsMs: number, { system, signal }: Injection): Promise<number> {
  const { mail } = system.around;
  const line = system.lines.smtp;
  switch (action) {
    case 'refuse':
      return await cut(line, lastsMs, signal);
    case 'stall':
    case 'later':
      if (action === 'stall') mail.stall();
      else mail.refuse(451, '4.3.0 try again later');
      await delay(lastsMs, undefined, { signal });
      break;
    case 'drop':
      mail.takeInSilence();
      await atMost(MAIL_LIMIT_MS, signal, (limit) => mail.stalling(limit));
      line.cut();
      line.mend();
      break;
    default:
      mail.refuse(550, '5.7.1 not taken here', 1);
      await atMost(MAIL_LIMIT_MS, signal, (limit) => mail.refusing(limit));
  }
  mail.accept();
  return Date.now();
}
