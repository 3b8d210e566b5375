import type { CallSignal, ConnectOptions } from '../client/connect-options.ts';
import { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { SparkConnectError } from '../errors.ts';
import { defined } from '../plan/relations/index.ts';
import { loadArrow } from './arrow-room.ts';
import type { OptionValue, OptionValues } from './options.ts';

type Connection = Omit<ConnectOptions, 'remote'> & { readonly remote?: string | undefined };

interface Settings {
  readonly connection: Connection;
  readonly conf: OptionValues;
}

/** What a builder does with sessions of its kind. */
interface SessionKind<Session> {
  make(client: SessionClient, stopped: () => void): Session;
  /** The session is open, and somebody is about to get it. */
  given(session: Session): void;
}

/** What `getOrCreate` has made in this process and nobody has stopped, by address, user and session id. */
const sessions = new Map<string, Promise<unknown>>();

/**
 * Describes a session and opens it. Immutable: every setting returns a new builder.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.builder.html
 */
export class SparkSessionBuilder<Session extends { readonly client: SessionClient }> {
  readonly #kind: SessionKind<Session>;
  readonly #settings: Settings;

  /** Builders come from `SparkSession.builder()`. */
  constructor(kind: SessionKind<Session>, settings: Settings = { connection: {}, conf: {} }) {
    this.#kind = kind;
    this.#settings = Object.freeze(settings);
  }

  /** The server's address, `sc://host:port`; by default the environment variable SPARK_REMOTE. */
  remote(remote: string): SparkSessionBuilder<Session> {
    return this.connection({ remote });
  }
  /** A name for people, shown by the server. */
  appName(name: string): SparkSessionBuilder<Session> {
    return this.config('spark.app.name', name);
  }
  /** A UUID: joins the session that has it, or makes it. */
  sessionId(sessionId: string): SparkSessionBuilder<Session> {
    return this.connection({ sessionId });
  }
  /** Whose session it is; by default the user of SPARK_USER, USER or the operating system. */
  userId(userId: string): SparkSessionBuilder<Session> {
    return this.connection({ userId });
  }
  /** Everything else about the connection: certificate authority, interceptors, retries, timeout, logger. */
  connection(connection: Connection): SparkSessionBuilder<Session> {
    return this.#with({ connection: { ...this.#settings.connection, ...defined(connection) } });
  }
  /** Settings of the session, one by one or as an object; what is undefined is left out. */
  config(key: string, value: OptionValue): SparkSessionBuilder<Session>;
  config(settings: OptionValues): SparkSessionBuilder<Session>;
  config(keyOrSettings: string | OptionValues, value?: OptionValue): SparkSessionBuilder<Session> {
    const added = typeof keyOrSettings === 'string' ? { [keyOrSettings]: value } : keyOrSettings;
    return this.#with({ conf: { ...this.#settings.conf, ...defined(added) } });
  }

  /**
   * The session that this process has with the same address, user and session id, or a new one; its settings are applied
   * either way. Others may wait for the same session: giving up leaves it to them, and to the next who asks.
   * @throws SparkConnectError invalid-argument without an address, and what connecting and setting throw
   */
  async getOrCreate({ signal }: CallSignal = {}): Promise<Session> {
    signal?.throwIfAborted();
    const options = this.#options();
    const key = JSON.stringify([options.remote, options.userId ?? '', options.sessionId ?? '']);
    // Again after each wait: of two who find the session lost, the second takes what the first makes.
    for (let known = sessions.get(key); known !== undefined; known = sessions.get(key)) {
      const session = await unlessAborted(known as Promise<Session>, signal);
      if (!session.client.isClosed && !session.client.isLost) return this.#configure(session, signal);
      forget(key, known);
    }
    const creating: Promise<Session> = this.#open(options, () => forget(key, creating));
    sessions.set(key, creating);
    creating.catch(() => forget(key, creating));
    return unlessAborted(creating, signal);
  }

  /** A new session, even where there is one with the same address. */
  async create({ signal }: CallSignal = {}): Promise<Session> {
    return this.#open(this.#options(), () => {}, signal);
  }

  #options(): ConnectOptions {
    const remote = this.#settings.connection.remote ?? process.env.SPARK_REMOTE;
    if (remote) return { ...this.#settings.connection, remote };
    throw new SparkConnectError(
      'invalid-argument',
      "no server is named: call remote('sc://host:port') or set SPARK_REMOTE",
    );
  }

  async #open(options: ConnectOptions, stopped: () => void, signal?: AbortSignal): Promise<Session> {
    const [client] = await Promise.all([SessionClient.connect(options, { signal }), loadArrow()]);
    try {
      return await this.#configure(this.#kind.make(client, stopped), signal);
    } catch (error) {
      // Only the channel: the session may be another process's, and must outlive our wrong setting.
      client.disconnect();
      throw error;
    }
  }

  async #configure(session: Session, signal: AbortSignal | undefined): Promise<Session> {
    const entries = Object.entries(this.#settings.conf).map(([key, value]) => [key, String(value)] as const);
    if (entries.length > 0) await session.client.conf.withOptions({ signal }).setAll(Object.fromEntries(entries));
    this.#kind.given(session);
    return session;
  }

  #with(settings: Partial<Settings>): SparkSessionBuilder<Session> {
    return new SparkSessionBuilder(this.#kind, { ...this.#settings, ...settings });
  }
}

function forget(key: string, session: Promise<unknown>): void {
  if (sessions.get(key) === session) sessions.delete(key);
}
