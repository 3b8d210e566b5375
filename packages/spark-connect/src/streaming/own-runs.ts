import type { SessionClient } from '../client/session-client.ts';

// Of those that have ended: queries that come and go should not fill a process that runs for months.
const MAX_KEPT = 100;

/** The runs whose batches are handled in this process: each as long as it lives, and a while after that. */
class OwnRuns {
  readonly #stops = new Map<string, Promise<boolean>>();
  readonly #ended: string[] = [];

  add(runId: string, wasStopped: Promise<boolean>): void {
    this.#stops.set(runId, wasStopped);
    void wasStopped.then(() => {
      this.#ended.push(runId);
      for (const oldest of this.#ended.splice(0, this.#ended.length - MAX_KEPT)) this.#stops.delete(oldest);
    });
  }

  async wasStopped(runId: string): Promise<boolean> {
    return (await this.#stops.get(runId)) === true;
  }
}

const runsOf = new WeakMap<SessionClient, OwnRuns>();

/** @param wasStopped resolves when the run is over: whether a stop reached it while it waited for its handler */
export function keepOwnRun(client: SessionClient, runId: string, wasStopped: Promise<boolean>): void {
  const runs = runsOf.get(client) ?? new OwnRuns();
  runsOf.set(client, runs);
  runs.add(runId, wasStopped);
}

/**
 * Whether the failure that the server tells of a run is but a stop that reached it while it waited for its handler here.
 * Spark 3.5 tells every such stop as a failure, and 4.x some.
 */
export async function endedByStop(client: SessionClient, runId: string): Promise<boolean> {
  return (await runsOf.get(client)?.wasStopped(runId)) === true;
}
