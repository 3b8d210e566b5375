// A FAKE of AWS: what an account's EMR knows, made from the shapes of AWS's own SDK. No emulator that we know of has the
// session calls. It shows that our side keeps to them; what AWS really does is known from its documentation only.
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

export interface FakeSession {
  readonly id: string;
  readonly place: string;
  readonly name: string;
  readonly requestToken: string;
  readonly tags: unknown;
  readonly role: string | undefined;
  readonly createdAt: number;
  state: string;
  reason: string;
}

/** An error that the next calls of an action get. */
export interface FakeFailure {
  readonly type: string;
  readonly message: string;
  readonly status?: number;
  times: number;
}

export interface FakeCluster {
  readonly Id: string;
  readonly Name: string;
  readonly ReleaseLabel: string;
  readonly SessionEnabled?: boolean;
  readonly MasterPublicDnsName?: string;
  readonly Applications?: readonly { readonly Name: string }[];
  readonly Status: { readonly State: string; readonly StateChangeReason?: { readonly Message: string } };
}

/** Of EMR Serverless. */
export interface FakeApplication {
  readonly applicationId: string;
  readonly releaseLabel: string;
  readonly state: string;
  readonly autoStartConfiguration?: { readonly enabled: boolean };
  readonly interactiveConfiguration?: { readonly sessionEnabled?: boolean };
}

/** Clusters, applications, sessions and tokens of a made-up account. */
export class FakeAccount {
  readonly clusters: FakeCluster[] = [];
  readonly applications: FakeApplication[] = [];
  readonly sessions: FakeSession[] = [];
  /** The actions that were called, in their order. */
  readonly calls: string[] = [];
  /** Every token that was ever handed out. */
  readonly tokens: string[] = [];
  tokenLifetimeMs = 3_600_000;
  /** How long a session is STARTING. */
  startingMs = 300;
  /** Where the sessions' servers are said to be. */
  endpoint = '';
  /** `ended` with the id of a session. */
  readonly events = new EventEmitter();
  #tokenAt = 0;
  readonly #failures = new Map<string, FakeFailure>();
  readonly #validTokens = new Map<string, { readonly session: string; readonly until: number }>();

  fail(action: string, failure: FakeFailure): void {
    this.#failures.set(action, failure);
  }

  /** What the call must fail with, or undefined. */
  called(action: string): FakeFailure | undefined {
    this.calls.push(action);
    const failure = this.#failures.get(action);
    if (failure === undefined || failure.times <= 0) return undefined;
    failure.times--;
    return failure;
  }

  start(asked: Pick<FakeSession, 'place' | 'name' | 'requestToken' | 'tags' | 'role'>): FakeSession {
    const known = this.sessions.find(
      ({ place, requestToken }) => place === asked.place && requestToken === asked.requestToken,
    );
    if (known) return known;
    const session = {
      ...asked,
      id: `s-${randomBytes(6).toString('hex').toUpperCase()}`,
      createdAt: Date.now(),
      state: 'STARTING',
      reason: '',
    };
    this.sessions.push(session);
    return session;
  }

  find(id: string): FakeSession | undefined {
    const session = this.sessions.find((candidate) => candidate.id === id);
    if (session?.state === 'STARTING' && Date.now() - session.createdAt > this.startingMs) session.state = 'IDLE';
    return session;
  }

  end(id: string, reason: string): void {
    const session = this.find(id);
    if (session === undefined) return;
    session.state = 'TERMINATED';
    session.reason = reason;
    this.events.emit('ended', id);
  }

  /** @returns the token, and when it ends, in milliseconds since 1970 */
  handOut(session: string): { readonly token: string; readonly until: number } {
    const token = `fake-token-${randomBytes(16).toString('hex')}`;
    const until = Date.now() + this.tokenLifetimeMs;
    this.tokens.push(token);
    this.#tokenAt = performance.now();
    this.#validTokens.set(token, { session, until });
    return { token, until };
  }

  /** How old the newest token is. */
  get tokenAgeMs(): number {
    return performance.now() - this.#tokenAt;
  }

  /** Takes every token back, as if it had ended early. */
  revoke(): void {
    this.#validTokens.clear();
  }

  lets(token: string, session: string): boolean {
    const known = this.#validTokens.get(token);
    const isOpen = known !== undefined && known.session === session && Date.now() < known.until;
    return isOpen && ['IDLE', 'BUSY'].includes(this.find(session)?.state ?? '');
  }
}
