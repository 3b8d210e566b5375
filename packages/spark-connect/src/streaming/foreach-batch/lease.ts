import type { SessionConf } from '../../client/session-conf.ts';

/**
 * Raises a counter in the session's configuration as long as this process lives. A counter needs no agreement of clocks:
 * the server only looks whether it has changed.
 */
export class Lease {
  readonly #conf: SessionConf;
  readonly #key: string;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #renewal: Promise<void> | undefined;

  constructor(conf: SessionConf, key: string, intervalMs: number, onError: (error: unknown) => void) {
    this.#conf = conf;
    this.#key = key;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#renew(), intervalMs);
    // The query, not its lease, is what keeps a process running.
    this.#timer.unref();
  }

  /** Ends the renewals; resolves when none is under way. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
  }

  #renew(): void {
    // A server that does not answer would otherwise collect one waiting call after the other.
    if (this.#renewal !== undefined) return;
    this.#count++;
    this.#renewal = this.#conf
      .set(this.#key, this.#count)
      .catch(this.#onError)
      .finally(() => {
        this.#renewal = undefined;
      });
  }
}
