import { readFileSync } from 'node:fs';
import { SparkSession } from '@instant-health/spark-connect';
import { type Environment, type Logger, maskRemote, OperatorError } from '../../settings/index.ts';
import { connectionFailure } from '../failures.ts';
import { SESSION_CONF } from '../job-session.ts';
import { requireSupportedSpark } from '../spark-version.ts';
import { isShared } from '../targets/on-target.ts';
import { type OpenTarget, openTarget } from '../targets/open-target.ts';
import type { Target } from '../targets/target.ts';
import { Attempt } from './attempt.ts';
import { type Check, checksOf } from './check.ts';
import { type Address, lineChecks, secured } from './line.ts';

export interface SparkChecks {
  readonly checks: readonly Check[];
  readonly login: Check;
  /** To be read after `login` holds. */
  session(): Promise<SparkSession>;
  remote(): Promise<string>;
  close(): Promise<void>;
}

const LIMIT_MS = 20_000;
/** A session of EMR takes a minute or two to start; more than five are a failure that says so itself. */
const TARGET_LIMIT_MS = 6 * 60_000;
const CONNECT_TIMEOUT_MS = 8_000;
const SPARK_PORT = 15_002;
const link = 'spark';
const check = checksOf({ link, from: 'here', limitMs: LIMIT_MS });

interface SparkOptions {
  /** Throws where options and settings name no target. */
  target(): Target;
  environment(): Environment;
  readonly after: readonly Check[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** From here to the Spark Connect server: settings, the cluster's session or tunnel, name, port, TLS, an answer. */
export function sparkChecks({ target, environment, after, log, signal }: SparkOptions): SparkChecks {
  const attempt = new Attempt(() => openTarget(target(), { environment: environment(), log, signal }));
  let open: OpenTarget | undefined;
  const server = () => {
    if (open === undefined) throw new Error('the target is not open');
    return open.server;
  };
  const reached = check('target', {
    after,
    limitMs: TARGET_LIMIT_MS,
    next: 'Name a target with --remote or --cluster, or set SPARK_REMOTE.',
    run: async () => {
      open = await attempt.get();
      return `${maskRemote(open.server.remote)}${open.session ? `, session ${open.session.id}` : ''}`;
    },
  });
  const { dns, port } = lineChecks({
    link,
    setting: 'SPARK_REMOTE (or the cluster’s network)',
    after: [reached],
    addresses: () => [addressOfRemote(server().remote)],
  });
  const tls = check('tls', {
    after: [port],
    next: 'Check SPARK_CA, and use_ssl in SPARK_REMOTE.',
    run: async (limit) => {
      const { remote, connection } = server();
      if (!/[;/]use_ssl=true/i.test(remote)) return 'none (no use_ssl=true in the address)';
      const ca = connection.caFile === undefined ? undefined : readFileSync(connection.caFile, 'utf8');
      return secured(addressOfRemote(remote), { ca, alpn: 'h2' }, limit);
    },
  });
  const sparkAttempt = new Attempt(async () => {
    const { remote, connection } = server();
    try {
      // A session of its own: the jobs' are left alone.
      const spark = await SparkSession.builder()
        .remote(remote)
        .connection({ ...connection, connectTimeoutMs: CONNECT_TIMEOUT_MS })
        .config(SESSION_CONF)
        .create();
      return spark;
    } catch (error) {
      throw connectionFailure(error, remote);
    }
  });
  const login = check('login', {
    after: [tls],
    next: 'Check the token in SPARK_REMOTE, and the log of the Spark server.',
    run: async () => {
      const spark = await sparkAttempt.get();
      await requireSupportedSpark(spark);
      return `Spark ${await spark.version()}`;
    },
  });
  return {
    checks: [reached, dns, port, tls, login],
    login,
    session: () => sparkAttempt.get(),
    remote: async () => server().remote,
    close: async () => {
      await sparkAttempt.release((spark) => spark.stop());
      await attempt.release(async (opened) => {
        await opened.close({ keepsSession: await isShared(opened, { environment: environment(), log }) });
      });
    },
  };
}

function addressOfRemote(remote: string): Address {
  const match = /^sc:\/\/(\[[0-9a-f:.]+\]|[^\s/:;]+)(?::(\d+))?(?:[/;]|$)/i.exec(remote);
  const [, host, port] = match ?? [];
  if (host === undefined) {
    throw new OperatorError('SETTING_INVALID', 'SPARK_REMOTE is not valid: it expects sc://host:port', { exitCode: 2 });
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? SPARK_PORT) };
}
