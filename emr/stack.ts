import {
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
  type StackEvent,
  type StackResource,
} from '@aws-sdk/client-cloudformation';
import { awsError, messageOf } from '../settings/index.ts';
import type { Clients } from './clients.ts';

/** @returns undefined where there is no such stack */
export async function findStack({ cloudFormation, region }: Clients, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    // A deleted stack can be found by its id for months.
    return Stacks.find(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw awsError(error, `look for stack ${name}`, region);
  }
}

/** What CloudFormation has made and not removed. */
export async function stackResources(clients: Clients, name: string): Promise<StackResource[]> {
  try {
    const { StackResources = [] } = await clients.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: name }),
    );
    return StackResources.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE');
  } catch (error) {
    if (isMissing(error)) return [];
    throw awsError(error, `list the resources of stack ${name}`, clients.region);
  }
}

/** Events after the last one seen, oldest first. */
export async function eventsSince(
  clients: Clients,
  stackId: string,
  lastSeen: string | undefined,
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  let token: string | undefined;
  try {
    do {
      const { StackEvents = [], NextToken } = await clients.cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: stackId, ...(token === undefined ? {} : { NextToken: token }) }),
      );
      const seenAt = StackEvents.findIndex(({ EventId }) => EventId === lastSeen);
      events.push(...(seenAt < 0 ? StackEvents : StackEvents.slice(0, seenAt)));
      token = seenAt < 0 ? NextToken : undefined;
    } while (token !== undefined);
  } catch (error) {
    if (isMissing(error)) return [];
    throw awsError(error, 'follow the stack', clients.region);
  }
  return events.reverse();
}

/** The value of an output. */
export function outputOf(stack: Stack, key: string): string | undefined {
  return stack.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
}

/** The value that a parameter of the stack has. */
export function parameterOf(stack: Stack, key: string): string | undefined {
  return stack.Parameters?.find(({ ParameterKey }) => ParameterKey === key)?.ParameterValue;
}

export function isMissing(error: unknown): boolean {
  return /does not exist/i.test(messageOf(error));
}
