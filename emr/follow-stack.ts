import { setTimeout as delay } from 'node:timers/promises';
import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation';
import {
  deniedAction,
  formatDuration,
  type Logger,
  messageOf,
  OperatorError,
  speaksOfQuota,
} from '../settings/index.ts';
import type { Clients } from './clients.ts';
import { eventsSince, findStack } from './stack.ts';

const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface FollowOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The last event before what is followed began. */
  readonly since: string | undefined;
}

/** How a stack came to rest; undefined where it is gone. */
export interface Settled {
  readonly status: string | undefined;
  readonly stack: Stack | undefined;
  /** What failed by itself, in order; not what was cancelled because of it. */
  readonly failures: readonly StackEvent[];
}

/** The newest event of a stack, from which {@link settle} goes on. */
export async function lastEvent(clients: Clients, stackId: string): Promise<string | undefined> {
  return (await eventsSince(clients, stackId, undefined)).at(-1)?.EventId;
}

/**
 * Waits until nothing of the stack is in progress any more, with a line for each event. CloudFormation works on when
 * we stop to wait.
 *
 * @throws OperatorError `EMR_TIMEOUT`; the signal's reason
 */
export async function settle(clients: Clients, stackId: string, options: FollowOptions): Promise<Settled> {
  const { log, signal, timeoutMs } = options;
  const limit = performance.now() + timeoutMs;
  const failures: StackEvent[] = [];
  let seen = options.since;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const hasTime = performance.now() + pauseMs <= limit;
    const look = await lookAt(clients, stackId, seen).catch((error: unknown) => {
      if (!hasTime || !passes(error)) throw error;
      log.warn(`${messageOf(error)}; looking again`);
      return undefined;
    });
    for (const event of look?.events ?? []) {
      seen = event.EventId;
      tell(event, log);
      if (isFailure(event)) failures.push(event);
    }
    if (look !== undefined) {
      const { stack } = look;
      const status = stack?.StackStatus;
      if (status === undefined || !status.endsWith('_IN_PROGRESS')) return { status, stack, failures };
      if (!hasTime) {
        throw new OperatorError(
          'EMR_TIMEOUT',
          `The stack is still ${status} after ${formatDuration(timeoutMs)}; AWS goes on with it`,
          { next: '`npm run emr -- status` shows it, `up` waits on, `down` removes it.' },
        );
      }
    }
    await delay(pauseMs, undefined, { signal });
  }
}

async function lookAt(clients: Clients, stackId: string, seen: string | undefined) {
  const stack = await findStack(clients, stackId);
  return { stack, events: await eventsSince(clients, stackId, seen) };
}

/** What AWS or the line to it gets over: a wait of many minutes does not end for that. */
function passes(error: unknown): boolean {
  return error instanceof OperatorError && ['AWS_THROTTLED', 'AWS_UNREACHABLE', 'AWS_UNAVAILABLE'].includes(error.code);
}

function tell({ LogicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason }: StackEvent, log: Logger) {
  const reason =
    ResourceStatusReason === undefined || !/FAILED/.test(ResourceStatus ?? '') ? '' : `: ${ResourceStatusReason}`;
  log.info(`${ResourceStatus?.toLowerCase().replaceAll('_', ' ')}: ${LogicalResourceId} (${ResourceType})${reason}`);
}

/** The stack itself fails as well, with no more to say than which resource did: that is no further failure. */
function isFailure({ ResourceStatus, ResourceStatusReason, StackId, PhysicalResourceId }: StackEvent): boolean {
  if (StackId !== undefined && PhysicalResourceId === StackId) return false;
  return /FAILED$/.test(ResourceStatus ?? '') && !/cancelled/i.test(ResourceStatusReason ?? '');
}

/** One line for the first thing that went wrong, and what to do about it. */
export function stackFailure(name: string, { status, stack, failures }: Settled): OperatorError {
  const first = failures[0];
  const reason = first?.ResourceStatusReason ?? stack?.StackStatusReason ?? 'AWS gives no reason';
  const thing = first?.LogicalResourceId === undefined ? '' : `${first.LogicalResourceId}: `;
  return new OperatorError('EMR_STACK_FAILED', `Stack ${name} is ${status}: ${thing}${reason}`, {
    next: nextStep(reason),
  });
}

function nextStep(reason: string): string {
  const action = deniedAction(reason);
  if (action !== undefined) return `Ask for the permission ${action}, then run the command again.`;
  if (/stack policy/i.test(reason)) {
    return 'The change would replace the cluster or the database with its data. With --allow-replacement it is made.';
  }
  if (/VPC/.test(reason) && speaksOfQuota(reason)) {
    return 'Use a VPC that is there: --parameter VpcId=… --parameter SubnetIds=…; or ask for more in Service Quotas.';
  }
  if (speaksOfQuota(reason)) return 'Ask for more in Service Quotas, or choose another instance type or region.';
  return '`npm run emr -- status` shows what there is; `npm run emr -- down` removes it.';
}
