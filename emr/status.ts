import { type Cluster, DescribeClusterCommand } from '@aws-sdk/client-emr';
import { awsError } from '../settings/index.ts';
import type { Clients } from './clients.ts';
import { databaseSnapshots, livingClusters } from './remains.ts';
import { findStack, stackResources } from './stack.ts';

/** Everything of ours that exists on AWS, complete or not. */
export interface EmrStatus {
  readonly stack: string;
  /** CloudFormation's word for it; null where there is none. */
  readonly status: string | null;
  readonly cluster: ClusterStatus | null;
  readonly resources: readonly ResourceStatus[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Clusters with our name that the stack does not know of. */
  readonly strayClusters: readonly string[];
  /** Snapshots of the database, which outlive the stack. */
  readonly snapshots: readonly string[];
}

interface ClusterStatus {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly release: string | null;
}

interface ResourceStatus {
  readonly name: string;
  readonly type: string;
  readonly id: string | null;
  readonly status: string;
  readonly reason: string | null;
}

/** @throws OperatorError where AWS cannot be asked */
export async function emrStatus(clients: Clients, name: string): Promise<EmrStatus> {
  const [stack, resources, clusters, snapshots] = await Promise.all([
    findStack(clients, name),
    stackResources(clients, name),
    livingClusters(clients, name),
    databaseSnapshots(clients, name),
  ]);
  const clusterId = resources.find(({ LogicalResourceId }) => LogicalResourceId === 'Cluster')?.PhysicalResourceId;
  return {
    stack: name,
    status: stack?.StackStatus ?? null,
    cluster: clusterId === undefined ? null : await clusterStatus(clients, clusterId),
    resources: resources.map((resource) => ({
      name: resource.LogicalResourceId ?? '',
      type: resource.ResourceType ?? '',
      id: resource.PhysicalResourceId ?? null,
      status: resource.ResourceStatus ?? '',
      reason: resource.ResourceStatusReason ?? null,
    })),
    outputs: Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    strayClusters: clusters.flatMap(({ Id }) => (Id === undefined || Id === clusterId ? [] : [Id])),
    snapshots: snapshots.flatMap(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier ?? []),
  };
}

/** @throws OperatorError where AWS cannot be asked */
export async function clusterStatus({ emr, region }: Clients, id: string): Promise<ClusterStatus> {
  let cluster: Cluster | undefined;
  try {
    ({ Cluster: cluster } = await emr.send(new DescribeClusterCommand({ ClusterId: id })));
  } catch (error) {
    throw awsError(error, `describe cluster ${id}`, region);
  }
  return {
    id,
    state: cluster?.Status?.State ?? 'unknown',
    reason: cluster?.Status?.StateChangeReason?.Message ?? null,
    release: cluster?.ReleaseLabel ?? null,
  };
}

/** The same for people. */
export function statusLines(status: EmrStatus): string[] {
  const { stack, cluster, resources, outputs, strayClusters, snapshots } = status;
  const lines: string[] = [];
  if (status.status === null) lines.push(`stack ${stack}: none`);
  else {
    const complete = resources.filter((resource) => /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(resource.status));
    lines.push(`stack ${stack}: ${status.status}, ${complete.length} of ${resources.length} resources complete`);
    for (const resource of resources.filter((one) => !complete.includes(one))) {
      const reason = resource.reason === null ? '' : `: ${resource.reason}`;
      lines.push(`  ! ${resource.name} (${resource.type}) ${resource.status}${reason}`);
    }
  }
  if (cluster !== null) {
    const reason = cluster.reason ? `: ${cluster.reason}` : '';
    const ended = cluster.state.startsWith('TERMINATED') ? '; `npm run emr -- up` makes another' : '';
    lines.push(`cluster ${cluster.id}: ${cluster.state}, ${cluster.release ?? 'release unknown'}${reason}${ended}`);
  }
  for (const [name, value] of Object.entries(outputs)) lines.push(`  ${name.padEnd(20)}${value}`);
  for (const id of strayClusters) {
    lines.push(
      `! cluster ${id} has our name, but the stack does not know it: aws emr terminate-clusters --cluster-ids ${id}`,
    );
  }
  for (const id of snapshots) {
    lines.push(`snapshot ${id}: outlives the stack; \`npm run emr -- down --with-snapshots\` deletes it too`);
  }
  return lines;
}
