import type { Cluster, EMRClient } from '@aws-sdk/client-emr';
import { OperatorError } from '../../settings/index.ts';
import { isClusterId } from './target.ts';

/** A cluster that takes work. */
export interface FoundCluster {
  readonly id: string;
  readonly name: string;
  readonly release: string;
  /** It gives out Spark Connect sessions of its own; otherwise a server must run on it. */
  readonly hasSessions: boolean;
  readonly primaryDnsName: string | undefined;
}

const WORKING = ['WAITING', 'RUNNING'] as const;
const COMING = ['STARTING', 'BOOTSTRAPPING'] as const;

/**
 * Finds a cluster by its id, or a living one by its name.
 *
 * @throws OperatorError that names the cluster and its state; what AWS reports, as it comes
 */
export async function findCluster(client: EMRClient, text: string): Promise<FoundCluster> {
  const emr = await import('@aws-sdk/client-emr');
  const id = isClusterId(text) ? text : await idOfName(client, text);
  let cluster: Cluster | undefined;
  try {
    ({ Cluster: cluster } = await client.send(new emr.DescribeClusterCommand({ ClusterId: id })));
  } catch (error) {
    if (!(error instanceof Error) || !/is not valid|not exist|not found/i.test(error.message)) throw error;
    throw new OperatorError('CLUSTER_MISSING', `there is no cluster ${id} in this account and region`, {
      exitCode: 2,
      next: 'Check --cluster, AWS_REGION and AWS_PROFILE; `npm run emr -- status` lists ours.',
      cause: error,
    });
  }
  return requireWorking(id, cluster);
}

/** Clusters that have ended stay listed for months: a name means the living one. */
async function idOfName(client: EMRClient, name: string): Promise<string> {
  const emr = await import('@aws-sdk/client-emr');
  const ids: string[] = [];
  const pages = emr.paginateListClusters({ client }, { ClusterStates: [...WORKING, ...COMING] });
  for await (const { Clusters } of pages) {
    for (const cluster of Clusters ?? []) if (cluster.Name === name && cluster.Id) ids.push(cluster.Id);
  }
  const [id, ...others] = ids;
  if (id === undefined) {
    throw new OperatorError('CLUSTER_MISSING', `no cluster named ${name} runs in this account and region`, {
      exitCode: 2,
      next: 'Check --cluster, AWS_REGION and AWS_PROFILE; `npm run emr -- up` makes one.',
    });
  }
  if (others.length > 0) {
    throw new OperatorError('CLUSTER_AMBIGUOUS', `${ids.length} clusters are named ${name}: ${ids.join(', ')}`, {
      exitCode: 2,
      next: 'Name one by its id.',
    });
  }
  return id;
}

function requireWorking(id: string, cluster: Cluster | undefined): FoundCluster {
  const { Name: name = '', ReleaseLabel: release = '', Status, Applications = [] } = cluster ?? {};
  const state = Status?.State ?? 'in an unknown state';
  if (!WORKING.some((word) => word === state)) {
    const why = Status?.StateChangeReason?.Message;
    const isComing = COMING.some((word) => word === state);
    throw new OperatorError(
      'CLUSTER_NOT_READY',
      `cluster ${id} is ${state}, not WAITING or RUNNING${why ? `: ${why}` : ''}`,
      {
        next: isComing
          ? 'Wait until it has started (`npm run emr -- status`), then submit again.'
          : 'It will not come back: `npm run emr -- up` makes a new one.',
      },
    );
  }
  if (Applications.length > 0 && !Applications.some((application) => application.Name === 'Spark')) {
    throw new OperatorError('CLUSTER_UNFIT', `cluster ${id} has no Spark`, {
      exitCode: 2,
      next: 'Make one with the application Spark: `npm run emr -- up`.',
    });
  }
  // Spark Connect came with Spark 3.4 (emr-6.12), and our jobs need 3.5.
  const major = /^emr-(\d+)\./.exec(release)?.[1];
  if (major !== undefined && Number(major) < 7) {
    throw new OperatorError('CLUSTER_UNFIT', `cluster ${id} has release ${release}; the jobs need Spark 3.5 or 4`, {
      exitCode: 2,
      next: 'Use emr-7.x (3.5) or emr-spark-8.x (4.x): `npm run emr -- up` makes one.',
    });
  }
  return {
    id,
    name,
    release,
    hasSessions: cluster?.SessionEnabled === true,
    primaryDnsName: cluster?.MasterPublicDnsName,
  };
}
