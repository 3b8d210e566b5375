import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { SparkConnectError } from '../errors.ts';
import type { ExecutePlanResponse_ObservedMetrics } from '../gen/spark/connect/base_pb.js';
import { literalValue } from '../plan/literal-value.ts';

/**
 * What an observation has found, by the names of its columns; structs are objects, or arrays where names repeat.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Observation.html
 */
export type Metrics = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly observation: Observation;
  /** The step of the plan that observes. */
  readonly planId: bigint;
}

/** Observations that wait for their metrics; the server sends metrics with the responses of an action. */
const waiting = new WeakMap<SessionClient, Set<Waiting>>();

/**
 * Metrics that are computed while an action runs over a DataFrame, without another pass:
 * `df.observe(observation, F.count('*').as('rows'))`, an action, then `await observation.get()`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Observation.html
 */
export class Observation {
  /** The observation's name, by which metrics come. */
  readonly name: string;
  readonly #metrics: Promise<Metrics>;
  #deliver: (metrics: Metrics) => void = () => {};
  #client: SessionClient | undefined;
  #isDelivered = false;
  #names: readonly string[] = [];

  constructor(name: string = `observation-${crypto.randomUUID()}`) {
    this.name = name;
    this.#metrics = new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  /**
   * The metrics of the first action; waits until one has run. Spark 3.5 sends them with rows only: after a write, or `show`, none come.
   *
   * @throws session-closed where the session is closed before
   */
  get({ signal }: CallSignal = {}): Promise<Metrics> {
    const metrics = unlessAborted(this.#metrics, signal);
    return this.#isDelivered ? metrics : unlessAborted(metrics, this.#client?.closed);
  }

  /** What a metric is called that comes without a name: 3.5 sends none. */
  nameOf(index: number): string {
    return this.#names[index] ?? `_${index}`;
  }

  /**
   * Called by `DataFrame.observe`.
   *
   * @param planId the step of the plan that observes
   * @throws invalid-argument when this observation is in use already
   */
  attach(client: SessionClient, names: readonly string[], planId: bigint): void {
    if (this.#client !== undefined)
      throw new SparkConnectError('invalid-argument', `observation '${this.name}' observes a DataFrame already`);
    this.#client = client;
    this.#names = names;
    const observations = waiting.get(client) ?? new Set<Waiting>();
    waiting.set(client, observations.add({ observation: this, planId }));
  }

  /** Called with the metrics that have come. */
  deliver(metrics: Metrics): void {
    this.#isDelivered = true;
    this.#deliver(Object.freeze(metrics));
  }
}

/** Hands metrics that came with a response to the observation that they are of, once. */
export function deliverMetrics(client: SessionClient, observed: readonly ExecutePlanResponse_ObservedMetrics[]): void {
  const all = waiting.get(client);
  if (all === undefined) return;
  for (const { name, keys, values, planId } of observed) {
    // Observations of different DataFrames may have one name: the step of the plan tells them apart. 3.5 does not say it.
    const found = [...all].findLast(
      ({ observation, planId: own }) => observation.name === name && (planId === 0n || planId === own),
    );
    if (found === undefined) continue;
    all.delete(found);
    const { observation } = found;
    observation.deliver(
      Object.fromEntries(values.map((value, i) => [keys[i] ?? observation.nameOf(i), literalValue(value)])),
    );
  }
}
