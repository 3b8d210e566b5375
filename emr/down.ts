import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { awsError, type Logger } from '../settings/index.ts';
import { emptyBucket } from './bucket.ts';
import type { Clients } from './clients.ts';
import { lastEvent, settle, stackFailure } from './follow-stack.ts';
import { databaseSnapshots, deleteSnapshot } from './remains.ts';
import { findStack, outputOf, stackResources } from './stack.ts';

export interface DownOptions {
  readonly stack: string;
  /** Deletes the last snapshots of the database too. */
  readonly withSnapshots: boolean;
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What `down` has done. */
export interface DownResult {
  readonly existed: boolean;
  /** Snapshots of the database that are still there. */
  readonly snapshots: readonly string[];
}

// The cluster writes its last logs while it ends, after the bucket was emptied.
const ATTEMPTS = 3;

/**
 * Deletes the stack, also one that is only half there, and empties its bucket. Nothing to do is no failure.
 *
 * @throws OperatorError with what could not be deleted and the next step
 */
export async function down(clients: Clients, options: DownOptions): Promise<DownResult> {
  const { stack: name, log, withSnapshots } = options;
  const existed = await deleteStack(clients, options);
  const snapshots = (await databaseSnapshots(clients, name)).flatMap(({ DBSnapshotIdentifier: id }) => id ?? []);
  if (!withSnapshots) return { existed, snapshots };
  for (const id of snapshots) {
    await deleteSnapshot(clients, id);
    log.info(`deleted snapshot ${id}`);
  }
  return { existed, snapshots: [] };
}

async function deleteStack(clients: Clients, options: DownOptions): Promise<boolean> {
  const { stack: name, log, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const stack = await findStack(clients, name);
    if (stack === undefined) return attempt > 1;
    const id = stack.StackId ?? name;
    const bucket = outputOf(stack, 'BucketName') ?? (await bucketOf(clients, name));
    if (bucket !== undefined) {
      const count = await emptyBucket(clients, bucket, signal);
      if (count > 0) log.info(`emptied bucket ${bucket}: ${count} objects`);
    }
    const since = await lastEvent(clients, id);
    await clients.cloudFormation.send(new DeleteStackCommand({ StackName: id })).catch((error: unknown) => {
      throw awsError(error, `delete stack ${name}`, clients.region);
    });
    const settled = await settle(clients, id, { ...options, since });
    if (settled.stack === undefined) return true;
    const onlyBucket = settled.failures.every(({ ResourceType }) => ResourceType?.startsWith('AWS::S3::') ?? true);
    if (attempt === ATTEMPTS || !onlyBucket) throw stackFailure(name, settled);
    log.info('the bucket has got new logs in the meantime: once more');
  }
}

/** A stack that never became complete has no outputs. */
async function bucketOf(clients: Clients, name: string): Promise<string | undefined> {
  const resources = await stackResources(clients, name);
  return resources.find(({ LogicalResourceId }) => LogicalResourceId === 'Bucket')?.PhysicalResourceId;
}
