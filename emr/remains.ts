import { type ClusterSummary, ListClustersCommand } from '@aws-sdk/client-emr';
import { type DBSnapshot, DeleteDBSnapshotCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds';
import { awsError } from '../settings/index.ts';
import type { Clients } from './clients.ts';

/** Clusters with the stack's name that run or are about to, also one that no stack knows of. */
export async function livingClusters({ emr, region }: Clients, name: string): Promise<ClusterSummary[]> {
  const found: ClusterSummary[] = [];
  let marker: string | undefined;
  try {
    do {
      const { Clusters = [], Marker } = await emr.send(
        new ListClustersCommand({
          ClusterStates: ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING', 'TERMINATING'],
          ...(marker === undefined ? {} : { Marker: marker }),
        }),
      );
      found.push(...Clusters.filter(({ Name }) => Name === name));
      marker = Marker;
    } while (marker !== undefined);
  } catch (error) {
    throw awsError(error, 'list the clusters', region);
  }
  return found;
}

/** Snapshots of the stack's database, which outlive it. */
export async function databaseSnapshots({ rds, region }: Clients, name: string): Promise<DBSnapshot[]> {
  const found: DBSnapshot[] = [];
  let marker: string | undefined;
  try {
    do {
      const { DBSnapshots = [], Marker } = await rds.send(
        new DescribeDBSnapshotsCommand({ SnapshotType: 'manual', ...(marker === undefined ? {} : { Marker: marker }) }),
      );
      found.push(...DBSnapshots.filter((snapshot) => isOurs(snapshot, name)));
      marker = Marker;
    } while (marker !== undefined);
  } catch (error) {
    throw awsError(error, 'list the snapshots of databases', region);
  }
  return found;
}

export async function deleteSnapshot({ rds, region }: Clients, id: string): Promise<void> {
  await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id })).catch((error: unknown) => {
    throw awsError(error, `delete snapshot ${id}`, region);
  });
}

/** CloudFormation names both the instance and its last snapshot after stack and resource. */
function isOurs({ DBInstanceIdentifier, DBSnapshotIdentifier }: DBSnapshot, name: string): boolean {
  const [stack, instance, snapshot] = [name, DBInstanceIdentifier ?? '', DBSnapshotIdentifier ?? ''].map((text) =>
    text.toLowerCase(),
  );
  return Boolean(instance?.startsWith(`${stack}-database-`) || snapshot?.startsWith(`${stack}-snapshot-database-`));
}
