import { SparkConnectError } from '@instant-health/spark-connect';
import {
  awsClientOptions,
  awsError,
  awsRegion,
  type Environment,
  type Logger,
  OperatorError,
  sparkSettings,
  storageSettings,
  type TargetSettings,
  targetSettings,
} from '../../settings/index.ts';
import { emrSessionApi } from './emr-session-api.ts';
import { findApplication, requireSessions } from './find-application.ts';
import { findCluster } from './find-cluster.ts';
import { calling, endSession, failed, livingSession, type ReadySession, readySession } from './native-session.ts';
import { serverAddress } from './server-address.ts';
import { isAlive, type SessionApi } from './session-api.ts';
import { sessionName } from './session-name.ts';
import { SessionToken } from './session-token.ts';
import { plainServer, type SparkServer, trust } from './spark-server.ts';
import type { Target } from './target.ts';
import { Tunnel } from './tunnel.ts';
import { tunnelProgram } from './tunnel-programs.ts';

/** A target that can be reached now. */
export interface OpenTarget {
  readonly server: SparkServer;
  /** EMR's session behind it, and whether it was made for this process; undefined where there is none to end. */
  readonly session: ReadySession | undefined;
  /** Whether a failure means that the server behind the target is gone for good, so that opening it anew may help. */
  hasLost(error: unknown): Promise<boolean>;
  /** Lets go: closes a tunnel, and ends the session unless it shall stay. */
  close(options: { readonly keepsSession: boolean }): Promise<void>;
}

interface OpenOptions {
  readonly environment: Environment;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** `join` makes no session where none lives. */
  readonly mode?: 'start' | 'join';
}

/**
 * Opens a target: finds the cluster, takes its session or opens a tunnel to its server.
 *
 * @returns undefined in mode `join` where there is no session to join
 * @throws OperatorError that names the thing, the setting and the next step
 */
export async function openTarget(
  target: Target,
  options: OpenOptions & { readonly mode: 'join' },
): Promise<OpenTarget | undefined>;
export async function openTarget(target: Target, options: OpenOptions): Promise<OpenTarget>;
export async function openTarget(target: Target, options: OpenOptions): Promise<OpenTarget | undefined> {
  const settings = targetSettings(options.environment);
  switch (target.kind) {
    case 'server':
      return openServer(sparkSettings({ ...options.environment, SPARK_REMOTE: target.remote }).remote, settings);
    case 'cluster':
      return openCluster(target.cluster, settings, options);
    case 'application':
      return openSession(await applicationApi(target.application, settings, options), settings, options);
  }
}

function openServer(remote: string, settings: TargetSettings): OpenTarget {
  return {
    server: plainServer(remote, settings),
    session: undefined,
    hasLost: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}

async function openCluster(
  text: string,
  settings: TargetSettings,
  options: OpenOptions,
): Promise<OpenTarget | undefined> {
  const { environment, log, signal } = options;
  const region = awsRegion(environment);
  const { EMRClient } = await import('@aws-sdk/client-emr');
  const client = new EMRClient(awsClientOptions(environment));
  const explain = (error: unknown) => {
    throw awsError(error, `find cluster ${text}`, region);
  };
  const cluster = await findCluster(client, text).catch(explain);
  log.info(`cluster ${cluster.id} (${cluster.name}, ${cluster.release})`);
  if (cluster.hasSessions) {
    const place = { clusterId: cluster.id, role: settings.sessionRole, region };
    return openSession(await emrSessionApi(client, place), settings, options);
  }
  const program = await tunnelProgram(client, cluster, { settings, region }).catch(explain);
  log.info(`cluster ${cluster.id} has no sessions: opening a tunnel (${settings.tunnel}) to the Spark server on it`);
  const tunnel = await Tunnel.open(program, log, signal);
  return {
    server: { remote: `sc://127.0.0.1:${tunnel.port}`, connection: {}, isMetered: false },
    session: undefined,
    // The service on the cluster starts its server again, as another one.
    hasLost: (error) => Promise.resolve(sparkError(error)?.code === 'session-closed'),
    close: () => tunnel.close(),
  };
}

async function applicationApi(
  applicationId: string,
  settings: TargetSettings,
  { environment, log, mode }: OpenOptions,
): Promise<SessionApi> {
  const role = settings.sessionRole;
  if (role === undefined) {
    throw new OperatorError(
      'SETTING_MISSING',
      'EMR_SESSION_ROLE is not set: EMR Serverless asks for a role to act as',
      {
        exitCode: 2,
        next: "Set it to the role's ARN, arn:aws:iam::…:role/….",
      },
    );
  }
  const { hdfsUrl } = storageSettings(environment);
  if (hdfsUrl === undefined || hdfsUrl.startsWith('hdfs:')) {
    throw new OperatorError('SETTING_INVALID', 'EMR Serverless has no HDFS: HDFS_URL must name a bucket', {
      exitCode: 2,
      next: 'Set HDFS_URL=s3://your-bucket.',
    });
  }
  if (mode !== 'join') {
    log.warn(
      'EMR Serverless ends every session after 24 hours, whatever it does: good for jobs that end by themselves',
    );
  }
  const { EMRServerlessClient } = await import('@aws-sdk/client-emr-serverless');
  const { serverlessSessionApi } = await import('./serverless-session-api.ts');
  const client = new EMRServerlessClient(awsClientOptions(environment));
  const region = awsRegion(environment);
  const application = await findApplication(client, applicationId).catch((error: unknown) => {
    throw awsError(error, `find application ${applicationId}`, region);
  });
  // Where there is a session, it has come to be.
  if (mode !== 'join') requireSessions(applicationId, application);
  return serverlessSessionApi(client, { applicationId, role, region });
}

async function openSession(
  api: SessionApi,
  settings: TargetSettings,
  { environment, log, signal, mode = 'start' }: OpenOptions,
): Promise<OpenTarget | undefined> {
  const name = sessionName(environment);
  if (mode === 'join' && !(await livingSession(api, name))) return undefined;
  const session = await readySession(api, { name, idleMinutes: settings.sessionIdleMinutes, log, signal });
  try {
    const fetchEndpoint = async () => {
      const standing = await calling(api, `look at session ${session.id} of`, () => api.get(session.id));
      if (!isAlive(standing)) throw failed(api, standing);
      return calling(api, `get a token for session ${session.id} of`, () => api.endpoint(session.id));
    };
    const endpoint = await fetchEndpoint();
    const token = new SessionToken(session.id, endpoint, { fetch: fetchEndpoint, warn: (text) => log.warn(text) });
    return {
      session,
      server: {
        remote: serverAddress(endpoint.address),
        connection: { ...trust(settings), callHeaders: token },
        isMetered: true,
      },
      hasLost: async (error) => {
        const { code } = sparkError(error) ?? {};
        if (code === undefined || code === 'session-closed') return code !== undefined;
        return await api.get(session.id).then(
          (standing) => !isAlive(standing),
          () => false,
        );
      },
      close: async ({ keepsSession }) => {
        if (!keepsSession) await endSession(api, session.id, log);
      },
    };
  } catch (error) {
    if (session.wasStarted) await endSession(api, session.id, log);
    throw error;
  }
}

/** What Spark reported, also where it has been explained since. */
function sparkError(error: unknown): SparkConnectError | undefined {
  const told = error instanceof OperatorError ? error.cause : error;
  return told instanceof SparkConnectError ? told : undefined;
}
