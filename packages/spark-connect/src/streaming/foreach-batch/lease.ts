import type { SessionConf } from '../../client/session-conf.ts';

/**
 * Raises a counter in the session's configuration as long as this process lives. A counter needs no agreement of clocks:
 * the server only looks whether it has changed.
 */
export class Lease {
  readonly #conf: SessionConf;
  readonly #key: string;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(conf: SessionConf, key: string, intervalMs: number, onError: (error: unknown) => void) {
    this.#conf = conf;
    this.#key = key;
    this.#timer = setInterval(() => this.#renew().catch(onError), intervalMs);
    // The query, not its lease, is what keeps a process running.
    this.#timer.unref();
  }

  #renew(): Promise<void> {
    this.#count++;
    return this.#conf.set(this.#key, this.#count);
  }

  release(): void {
    clearInterval(this.#timer);
  }
}
