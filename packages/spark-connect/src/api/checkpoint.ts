/** Relations that the server has computed and keeps under an id, until nobody here holds them any more. */
import { create } from '@bufbuild/protobuf';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import { CommandSchema } from '../gen/spark/connect/commands_pb.js';
import { RelationSchema } from '../gen/spark/connect/relations_pb.js';
import { type CheckpointNode, command } from '../plan/commands.ts';
import { type RelationNode, relation } from '../plan/relations/index.ts';
import type { ActionOptions } from './actions.ts';
import type { CommandRun } from './run-command.ts';

interface Kept {
  readonly client: SessionClient;
  readonly relationId: string;
}

/** As PySpark does: the server forgets a checkpoint when the last DataFrame that uses it is gone. */
const forgotten = new FinalizationRegistry(({ client, relationId }: Kept) => {
  if (client.isClosed) return;
  const value = { relation: { relationId } };
  const remove = create(CommandSchema, { commandType: { case: 'removeCachedRemoteRelationCommand', value } });
  client.runCommand(remove, { isOwn: true }).catch((error: unknown) => {
    client.logger.debug(`forgetting checkpoint ${relationId} failed: ${String(error)}`);
  });
});

export async function checkpointed(
  client: SessionClient,
  run: CommandRun,
  input: RelationNode,
  how: Omit<CheckpointNode, 'kind' | 'input'>,
  options: ActionOptions,
): Promise<RelationNode> {
  const node = command({ kind: 'checkpoint', input, ...how });
  for (const { responseType } of await run(node, options)) {
    if (responseType.case !== 'checkpointCommandResult' || responseType.value.relation === undefined) continue;
    const { relationId } = responseType.value.relation;
    const relType = { case: 'cachedRemoteRelation', value: { relationId } } as const;
    const kept = relation({ kind: 'serverRelation', relation: create(RelationSchema, { relType }) });
    forgotten.register(kept, { client, relationId });
    return kept;
  }
  throw new SparkConnectError('protocol', 'the server made a checkpoint and did not tell where');
}
