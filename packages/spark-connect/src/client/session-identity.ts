import { randomUUID } from 'node:crypto';
import { arch, platform, userInfo } from 'node:os';
import { SparkConnectError } from '../errors.ts';
import type { ConnectOptions } from './connect-options.ts';
import { type ConnectionTarget, isSessionId } from './connection-string.ts';

/** What every response says of the session that it belongs to. */
interface SessionResponse {
  readonly sessionId?: string;
  readonly serverSideSessionId?: string;
}

/** Which session on which server: what requests say of it, and what responses must say. */
export class SessionIdentity {
  readonly sessionId: string;
  /** Empty where nobody is named. */
  readonly userId: string;
  /** Who asks, for the server's logs. */
  readonly clientType: string;
  #serverSideSessionId: string | undefined;

  /** @throws SparkConnectError `invalid-argument` for an id that is no UUID */
  constructor(options: ConnectOptions, target: ConnectionTarget) {
    this.sessionId = options.sessionId ?? target.sessionId ?? randomUUID();
    if (!isSessionId(this.sessionId))
      throw new SparkConnectError('invalid-argument', `'${this.sessionId}' is no session's id: Spark wants a UUID`);
    this.userId = options.userId ?? target.userId ?? environmentUser();
    const agent = options.userAgent ?? target.userAgent ?? 'spark-connect-node';
    this.clientType = `${agent} node/${process.versions.node} os/${platform()}-${arch()}`;
  }

  /** The fields that name the session in a request. */
  fields() {
    return {
      sessionId: this.sessionId,
      userContext: { userId: this.userId, userName: this.userId },
      clientType: this.clientType,
    };
  }

  /** {@link fields}, with what the server told of itself: so that it refuses when it has restarted and our session is another one. */
  observedFields() {
    const observed = this.#serverSideSessionId;
    return { ...this.fields(), ...(observed === undefined ? {} : { clientObservedServerSideSessionId: observed }) };
  }

  /**
   * Compares what a response says with what is known.
   * @throws SparkConnectError `protocol` for another session's response, `session-closed` where the server's session is another
   */
  verify({ sessionId, serverSideSessionId }: SessionResponse): void {
    if (sessionId && sessionId !== this.sessionId) {
      throw new SparkConnectError('protocol', `a response of session ${sessionId} came to session ${this.sessionId}`);
    }
    if (!serverSideSessionId) return;
    this.#serverSideSessionId ??= serverSideSessionId;
    if (this.#serverSideSessionId === serverSideSessionId) return;
    throw new SparkConnectError('session-closed', 'the server has restarted: its session of this id is another one', {
      errorClass: 'INVALID_HANDLE.SESSION_CHANGED',
    });
  }
}

/** As PySpark finds it, and then as the operating system names it: a container's user may have no name at all. */
function environmentUser(): string {
  const { SPARK_USER, USER } = process.env;
  const named = SPARK_USER || USER;
  if (named) return named;
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
