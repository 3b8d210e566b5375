import type { SessionClient } from '../client/session-client.ts';
import type { ExecutePlanResponse } from '../gen/spark/connect/base_pb.js';
import type { CommandNode } from '../plan/commands.ts';
import { compileCommand } from '../plan/compile/index.ts';
import type { ActionOptions } from './actions.ts';
import { deliverMetrics } from './observation.ts';

/** Runs a command, and hands what was observed on its way to those who wait for it: a write reads its DataFrame as any action does. */
export async function runCommand(
  client: SessionClient,
  node: CommandNode,
  options: ActionOptions,
): Promise<readonly ExecutePlanResponse[]> {
  const responses = await client.runCommand(compileCommand(node), options);
  for (const { observedMetrics } of responses) deliverMetrics(client, observedMetrics);
  return responses;
}
