import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Environment } from '../environment.ts';
import { OperatorError } from '../operator-error.ts';
import { awsError } from './aws-error.ts';
import { awsClientOptions, awsRegion } from './region.ts';

/** Where a database of RDS is. */
export interface FoundDatabase {
  readonly host: string;
  readonly port: number;
  /** Whether it takes IAM tokens. */
  readonly iam: boolean;
  /** ARN of the secret with the administrator's password, where RDS manages it. */
  readonly secret: string | undefined;
}

interface Described {
  readonly kind: 'instance' | 'cluster';
  readonly status: string | undefined;
  readonly engine: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly iam: boolean | undefined;
  readonly secret: string | undefined;
}

const USABLE = /^(available|backing-up|modifying|storage-optimization|configuring-.*|maintenance|upgrading)$/;

/**
 * Finds an instance, or else a cluster, whose writer is meant, by its identifier.
 *
 * @throws OperatorError that says what is wrong with it
 */
export async function findDatabase(environment: Environment, name: string): Promise<FoundDatabase> {
  const client = new RDSClient(awsClientOptions(environment));
  const region = awsRegion(environment);
  try {
    const found = (await findInstance(client, name)) ?? (await findCluster(client, name));
    if (found === undefined) {
      throw refuse('RDS_UNKNOWN', `There is no RDS instance or cluster ${name}${region ? ` in ${region}` : ''}`);
    }
    return usable(name, found);
  } catch (error) {
    throw awsError(error, `find RDS database ${name}`, region);
  } finally {
    client.destroy();
  }
}

async function findInstance(client: RDSClient, name: string): Promise<Described | undefined> {
  const { DBInstances: [instance] = [] } = await client
    .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }))
    .catch(absent('DBInstanceNotFound', { DBInstances: [] }));
  return (
    instance && {
      kind: 'instance',
      status: instance.DBInstanceStatus,
      engine: instance.Engine,
      host: instance.Endpoint?.Address,
      port: instance.Endpoint?.Port,
      iam: instance.IAMDatabaseAuthenticationEnabled,
      secret: instance.MasterUserSecret?.SecretArn,
    }
  );
}

async function findCluster(client: RDSClient, name: string): Promise<Described | undefined> {
  const { DBClusters: [cluster] = [] } = await client
    .send(new DescribeDBClustersCommand({ DBClusterIdentifier: name }))
    .catch(absent('DBClusterNotFound', { DBClusters: [] }));
  return (
    cluster && {
      kind: 'cluster',
      status: cluster.Status,
      engine: cluster.Engine,
      host: cluster.Endpoint,
      port: cluster.Port,
      iam: cluster.IAMDatabaseAuthenticationEnabled,
      secret: cluster.MasterUserSecret?.SecretArn,
    }
  );
}

/** For what is not there: no error, an empty answer. */
function absent<Answer>(code: string, empty: Answer): (error: unknown) => Answer {
  return (error) => {
    if (error instanceof Error && error.name.startsWith(code)) return empty;
    throw error;
  };
}

function usable(name: string, { kind, status, engine, host, port, iam, secret }: Described): FoundDatabase {
  if (!/mysql|mariadb/.test(engine ?? '')) {
    throw refuse('RDS_ENGINE', `RDS ${kind} ${name} runs ${engine}, not MySQL or MariaDB`);
  }
  if (host === undefined || port === undefined || !USABLE.test(status ?? '')) {
    throw new OperatorError('RDS_NOT_AVAILABLE', `RDS ${kind} ${name} is ${status}`, {
      next: 'Wait until it is available, or start it.',
    });
  }
  return { host, port, iam: iam ?? false, secret };
}

function refuse(code: string, message: string): OperatorError {
  return new OperatorError(code, message, { exitCode: 2, next: 'Check --rds (DATABASE_RDS) and AWS_REGION.' });
}
