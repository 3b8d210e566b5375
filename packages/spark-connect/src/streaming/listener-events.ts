import { create } from '@bufbuild/protobuf';
import type { SessionClient } from '../client/session-client.ts';
import { PlanSchema } from '../gen/spark/connect/base_pb.js';
import {
  CommandSchema,
  type StreamingQueryListenerEvent,
  StreamingQueryEventType as Type,
} from '../gen/spark/connect/commands_pb.js';
import { idleEvent, type ListenerEvent, progressEvent, terminatedEvent } from './listener.ts';

/**
 * Events as Spark 4 sends them: one long execution, which ends when the listener on the server is removed, after it has sent
 * all that had happened.
 */
export async function* followBus(
  client: SessionClient,
  signal: AbortSignal,
  ready: () => void,
): AsyncGenerator<ListenerEvent, void, undefined> {
  const remove = () => {
    client.runCommand(busCommand('removeListenerBusListener')).catch((error: unknown) => {
      client.logger.debug(`removing the listener of the session failed: ${String(error)}`);
    });
  };
  signal.addEventListener('abort', remove, { once: true });
  const opType = { case: 'command', value: busCommand('addListenerBusListener') } as const;
  try {
    const retryPolicy = client.streamingRetryPolicy;
    for await (const { responseType } of client.execute(create(PlanSchema, { opType }), { retryPolicy })) {
      if (responseType.case !== 'streamingQueryListenerEventsResult') continue;
      if (responseType.value.listenerBusListenerAdded) ready();
      for (const event of responseType.value.events) {
        const read = readEvent(event);
        if (read !== undefined) yield read;
      }
    }
  } finally {
    signal.removeEventListener('abort', remove);
  }
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
