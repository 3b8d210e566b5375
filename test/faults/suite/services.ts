import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../../scripts/setup/progress.ts';
import { DEFAULT_SPARK_VERSION, type SparkVersion } from '../../../scripts/setup/versions.ts';
import { endService, signalService, startService } from '../../../scripts/stack/one-service.ts';
import { sparkServiceName } from '../../../scripts/stack/services/spark.ts';

/** What can be done to the services of a stack that is the suite's own. */
export class Services {
  readonly #names: Readonly<Record<string, string>>;

  constructor(spark: SparkVersion = DEFAULT_SPARK_VERSION) {
    this.#names = { spark: sparkServiceName(spark) };
  }

  /** @returns when it answered again */
  async killAndStart(part: string, downMs: number, signal: AbortSignal): Promise<number> {
    await endService(this.#nameOf(part), 'SIGKILL');
    await delay(downMs, undefined, { signal });
    return await this.#start(part, signal);
  }

  async restart(part: string, signal: AbortSignal): Promise<number> {
    await endService(this.#nameOf(part), 'SIGTERM');
    return await this.#start(part, signal);
  }

  async freeze(part: string, lastsMs: number, signal: AbortSignal): Promise<number> {
    signalService(this.#nameOf(part), 'SIGSTOP');
    try {
      await delay(lastsMs, undefined, { signal });
    } finally {
      signalService(this.#nameOf(part), 'SIGCONT');
    }
    return Date.now();
  }

  async #start(part: string, signal: AbortSignal): Promise<number> {
    await startService(this.#nameOf(part), { progress: SILENT, signal });
    return Date.now();
  }

  #nameOf(part: string): string {
    return this.#names[part] ?? part;
  }
}

const SILENT: Progress = { line: () => {}, task: () => ({ detail: () => {}, done: () => {}, stop: () => {} }) };
