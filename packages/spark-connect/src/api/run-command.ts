import type { SessionClient } from '../client/session-client.ts';
import type { ExecutePlanResponse } from '../gen/spark/connect/base_pb.js';
import type { CommandNode } from '../plan/commands.ts';
import { compileCommand } from '../plan/compile/index.ts';
import type { ActionOptions, NotedAction } from './actions.ts';
import { NOTHING_TOLD, withResponse } from './execution-info.ts';
import { deliverMetrics } from './observation.ts';

/** Runs a command of a DataFrame, which learns what it cost. */
export type CommandRun = (node: CommandNode, options: ActionOptions) => Promise<readonly ExecutePlanResponse[]>;

/** Runs a command, and hands what was observed on its way to those who wait for it: a write reads its DataFrame as any action does. */
export async function runCommand(
  client: SessionClient,
  node: CommandNode,
  { onExecutionInfo, ...options }: NotedAction,
): Promise<readonly ExecutePlanResponse[]> {
  const responses = await client.runCommand(compileCommand(node), options);
  for (const { observedMetrics } of responses) deliverMetrics(client, observedMetrics);
  onExecutionInfo?.(responses.reduce(withResponse, NOTHING_TOLD));
  return responses;
}
