import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../settings/index.ts';
import type { Service, ServiceContext } from './service.ts';
import { StackError } from './stack-error.ts';

const POLL_MS = 150;
const ASK_LIMIT_MS = 10_000;

/** What is known of a service beside its answers. */
export interface Watch {
  /** False ends the wait: nobody is left who could answer. */
  isRunning(): boolean;
  /** The end of its log, or where to find it. */
  lastWords(): string;
}

/**
 * Waits until the service answers.
 *
 * @throws StackError with its last words when it ends or does not answer within its limit
 */
export async function awaitReady(
  service: Service,
  context: ServiceContext,
  watch: Watch,
  signal: AbortSignal,
): Promise<void> {
  const { name, readyWithinMs } = service;
  const limit = Date.now() + readyWithinMs;
  let reason = 'it has not answered';
  while (Date.now() < limit) {
    signal.throwIfAborted();
    if (!watch.isRunning()) throw new StackError(`${name} ended while starting; ${watch.lastWords()}`);
    try {
      if (await ask(service, context, signal)) return;
    } catch (error) {
      signal.throwIfAborted();
      reason = messageOf(error);
    }
    await delay(POLL_MS, undefined, { signal });
  }
  throw new StackError(`${name} was not ready within ${readyWithinMs / 1000} s (${reason}); ${watch.lastWords()}`);
}

/** Asks once, with a limit: true, false, or why not. */
export async function ask(service: Service, context: ServiceContext, signal: AbortSignal): Promise<boolean> {
  return await service.isReady(context, AbortSignal.any([signal, AbortSignal.timeout(ASK_LIMIT_MS)]));
}
