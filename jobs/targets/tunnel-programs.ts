import type { EMRClient } from '@aws-sdk/client-emr';
import { OperatorError, type TargetSettings } from '../../settings/index.ts';
import type { FoundCluster } from './find-cluster.ts';
import type { TunnelProgram } from './tunnel.ts';

/** Where the server listens on the primary node: on its loopback, for Spark 3.5 knows no authentication. */
const SPARK_PORT = 15002;

/** The program that EMR_TUNNEL asks for, aimed at a cluster's primary node. */
export async function tunnelProgram(
  client: EMRClient,
  cluster: FoundCluster,
  { settings, region }: { settings: TargetSettings; region: string | undefined },
): Promise<TunnelProgram> {
  if (settings.tunnel === 'ssh') return sshTunnel(cluster, settings.sshKey);
  return ssmTunnel(await primaryInstance(client, cluster), region);
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html */
export function ssmTunnel(instance: string, region: string | undefined): TunnelProgram {
  return {
    file: 'aws',
    install: 'Install the AWS CLI and its Session Manager plugin, or set EMR_TUNNEL=ssh.',
    args: (port) => [
      ...['ssm', 'start-session', '--target', instance],
      ...['--document-name', 'AWS-StartPortForwardingSession'],
      ...['--parameters', `portNumber=${SPARK_PORT},localPortNumber=${port}`],
      ...(region === undefined ? [] : ['--region', region]),
    ],
  };
}

export function sshTunnel({ id, primaryDnsName }: FoundCluster, key: string | undefined): TunnelProgram {
  if (primaryDnsName === undefined) {
    throw new OperatorError('TUNNEL_FAILED', `AWS names no address of cluster ${id}'s primary node`, {
      next: 'Try again, or set EMR_TUNNEL=ssm.',
    });
  }
  const options = {
    // A question at the terminal would never be answered.
    BatchMode: 'yes',
    ExitOnForwardFailure: 'yes',
    StrictHostKeyChecking: 'accept-new',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '2',
  };
  return {
    file: 'ssh',
    install: 'Install OpenSSH, or set EMR_TUNNEL=ssm.',
    args: (port) => [
      ...['-N', '-L', `127.0.0.1:${port}:127.0.0.1:${SPARK_PORT}`],
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      ...(key === undefined ? [] : ['-i', key]),
      `hadoop@${primaryDnsName}`,
    ],
  };
}

async function primaryInstance(client: EMRClient, { id }: FoundCluster): Promise<string> {
  const emr = await import('@aws-sdk/client-emr');
  const list = (group: object) =>
    client.send(new emr.ListInstancesCommand({ ClusterId: id, InstanceStates: ['RUNNING'], ...group }));
  // A cluster has groups or fleets, and refuses the question for the other kind.
  const { Instances = [] } = await list({ InstanceGroupTypes: ['MASTER'] }).catch(() =>
    list({ InstanceFleetType: 'MASTER' }),
  );
  const instance = Instances[0]?.Ec2InstanceId;
  if (instance !== undefined) return instance;
  throw new OperatorError('TUNNEL_FAILED', `AWS names no running primary node of cluster ${id}`, {
    next: 'Look at the cluster with `npm run emr -- status`.',
  });
}
