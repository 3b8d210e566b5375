import { messageOf } from '../../settings/index.ts';
import type { SessionEndpoint } from './session-api.ts';

const REFRESH_BEFORE_MS = 5 * 60_000;
// A proxy that refuses good tokens must not make us ask for new ones with every call.
const LEAST_PAUSE_MS = 2_000;

interface TokenSource {
  /** @throws what the API throws; the old token goes on as long as it is good */
  readonly fetch: () => Promise<SessionEndpoint>;
  readonly now?: () => number;
  /** Told when a token could not be had in time. Never given a token. */
  readonly warn: (text: string) => void;
}

/**
 * The headers that a session's proxy asks for: a token that ends after an hour, and the session's id. A new token is fetched
 * five minutes before the old one ends (half-way, where it is given for less than ten minutes), once for all calls that
 * wait, and after the proxy has refused one.
 */
export class SessionToken {
  readonly #sessionId: string;
  readonly #source: TokenSource;
  readonly #now: () => number;
  #endpoint: SessionEndpoint;
  #refreshAt: number;
  #fetchedAt: number;
  #fetching: Promise<void> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(sessionId: string, endpoint: SessionEndpoint, source: TokenSource) {
    this.#sessionId = sessionId;
    this.#source = source;
    this.#now = source.now ?? Date.now;
    this.#endpoint = endpoint;
    this.#fetchedAt = this.#now();
    this.#refreshAt = this.#due();
  }

  /** The headers at once as a rule; after a while where a new token must be awaited. */
  get(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>> {
    if (this.#now() < this.#refreshAt) return this.#headers();
    // Calls come many times a second; AWS is not asked as often.
    if (this.#failure && this.#now() < this.#failure.until) return Promise.reject(this.#failure.error);
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    // Who waits for it is told of its failure; it may be nobody.
    this.#fetching.catch(() => undefined);
    // While the old token is good nobody waits for the new one.
    if (this.#isGood()) return this.#headers();
    return this.#fetching.then(() => this.#headers());
  }

  /** The proxy did not let a call through: the next one gets a new token. */
  refused(): void {
    if (this.#now() - this.#fetchedAt < LEAST_PAUSE_MS) return;
    this.#endpoint = { ...this.#endpoint, expiresAt: new Date(0) };
    this.#refreshAt = 0;
  }

  async #fetch(): Promise<void> {
    try {
      this.#endpoint = await this.#source.fetch();
      this.#failure = undefined;
      this.#fetchedAt = this.#now();
      this.#refreshAt = this.#due();
    } catch (error) {
      if (!this.#isGood()) {
        this.#failure = { error, until: this.#now() + LEAST_PAUSE_MS };
        throw error;
      }
      const leftS = Math.round((this.#endpoint.expiresAt.getTime() - this.#now()) / 1_000);
      this.#source.warn(`no new token of the session yet (the old one is good for ${leftS} s): ${messageOf(error)}`);
      this.#refreshAt = this.#now() + Math.max(LEAST_PAUSE_MS, (leftS * 1_000) / 10);
    }
  }

  #isGood(): boolean {
    return this.#now() < this.#endpoint.expiresAt.getTime();
  }

  #due(): number {
    const endsAt = this.#endpoint.expiresAt.getTime();
    return Math.max(endsAt - REFRESH_BEFORE_MS, (endsAt + this.#fetchedAt) / 2);
  }

  #headers(): Readonly<Record<string, string>> {
    return { 'x-aws-proxy-auth': this.#endpoint.token, authorization: this.#sessionId };
  }
}
