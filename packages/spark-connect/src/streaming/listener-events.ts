import { create } from '@bufbuild/protobuf';
import type { SessionClient } from '../client/session-client.ts';
import { PlanSchema } from '../gen/spark/connect/base_pb.js';
import {
  CommandSchema,
  type StreamingQueryListenerEvent,
  StreamingQueryEventType as Type,
} from '../gen/spark/connect/commands_pb.js';
import { wasForgotten } from './forgotten-call.ts';
import { idleEvent, type ListenerEvent, progressEvent, terminatedEvent } from './listener.ts';

// The server confirms a listener at once. It says nothing at all, and does not end the call, where the session has one.
const CONFIRMATION_MS = 5_000;
// About ten minutes, as where it is polled: queries go on while the line is down, and who listens wants to hear of their ends.
const MAX_RETRIES = 150;

/**
 * How it ended: the listener was removed; the server did not take it, since a session has one, and another client may have
 * it; or the server let go of the execution, and what happened since is lost.
 */
export type BusEnd = 'removed' | 'not taken' | 'forgotten';

/**
 * Events as Spark 4 sends them: one long execution, which ends when the listener on the server is removed, after it has sent
 * all that had happened.
 *
 * @param first is told before the events, once the server has taken the listener
 */
export async function* followBus(
  client: SessionClient,
  signal: AbortSignal,
  ready: () => void,
  first?: () => AsyncIterable<ListenerEvent>,
): AsyncGenerator<ListenerEvent, BusEnd, undefined> {
  if (signal.aborted) return 'removed';
  let isAdded = false;
  const remove = async () => {
    // Another client's listener would go. Where ours is on its way, it is removed when it is there.
    if (!isAdded) return;
    const options = { retryPolicy: client.streamingRetryPolicy, isOwn: true };
    await client.runCommand(busCommand('removeListenerBusListener'), options).catch((error: unknown) => {
      client.logger.debug(`removing the listener of the session failed: ${String(error)}`);
    });
  };
  signal.addEventListener('abort', remove, { once: true });
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), CONFIRMATION_MS);
  const opType = { case: 'command', value: busCommand('addListenerBusListener') } as const;
  try {
    const retryPolicy = { ...client.streamingRetryPolicy, maxRetries: MAX_RETRIES };
    const options = { retryPolicy, signal: silence.signal, isOwn: true };
    for await (const { responseType } of client.execute(create(PlanSchema, { opType }), options)) {
      if (responseType.case !== 'streamingQueryListenerEventsResult') continue;
      if (responseType.value.listenerBusListenerAdded) {
        isAdded = true;
        clearTimeout(timer);
        ready();
        if (signal.aborted) void remove();
        if (first) yield* first();
      }
      for (const event of responseType.value.events) {
        const read = readEvent(event);
        if (read !== undefined) yield read;
      }
    }
  } catch (error) {
    if (isAdded && wasForgotten(error)) {
      // The server keeps the listener all the same, and would not take it again.
      if (!signal.aborted) await remove();
      return 'forgotten';
    }
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', remove);
  }
  return isAdded ? 'removed' : 'not taken';
}

function busCommand(which: 'addListenerBusListener' | 'removeListenerBusListener') {
  const value = { command: { case: which, value: true } } as const;
  return create(CommandSchema, { commandType: { case: 'streamingQueryListenerBusCommand', value } });
}

/** Undefined for a kind of event that a later Spark may have. */
function readEvent({ eventType, eventJson }: StreamingQueryListenerEvent): ListenerEvent | undefined {
  if (eventType === Type.QUERY_PROGRESS_EVENT) return progressEvent(eventJson);
  if (eventType === Type.QUERY_IDLE_EVENT) return idleEvent(eventJson);
  return eventType === Type.QUERY_TERMINATED_EVENT ? terminatedEvent(eventJson) : undefined;
}
