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

/** Observations that wait for their metrics, by session and name; the server sends metrics with the batches of an action. */
const waiting = new WeakMap<SessionClient, Map<string, Observation>>();

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
  #observed = false;
  #names: readonly string[] = [];

  constructor(name: string = `observation-${crypto.randomUUID()}`) {
    this.name = name;
    this.#metrics = new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  /** The metrics of the first action; waits until one has run. */
  get({ signal }: CallSignal = {}): Promise<Metrics> {
    return unlessAborted(this.#metrics, signal);
  }

  /** What a metric is called that comes without a name: 3.5 sends none. */
  nameOf(index: number): string {
    return this.#names[index] ?? `_${index}`;
  }

  /** Called by `DataFrame.observe`. @throws invalid-argument when this observation is in use already */
  attach(client: SessionClient, names: readonly string[]): void {
    if (this.#observed)
      throw new SparkConnectError('invalid-argument', `observation '${this.name}' observes a DataFrame already`);
    this.#observed = true;
    this.#names = names;
    const observations = waiting.get(client) ?? new Map<string, Observation>();
    waiting.set(client, observations.set(this.name, this));
  }

  /** Called with the metrics that have come. */
  deliver(metrics: Metrics): void {
    this.#deliver(Object.freeze(metrics));
  }
}

/** Hands metrics that came with a response to the observation of their name, once. */
export function deliverMetrics(client: SessionClient, observed: readonly ExecutePlanResponse_ObservedMetrics[]): void {
  for (const { name, keys, values } of observed) {
    const observation = waiting.get(client)?.get(name);
    if (observation === undefined) continue;
    waiting.get(client)?.delete(name);
    observation.deliver(
      Object.fromEntries(values.map((value, i) => [keys[i] ?? observation.nameOf(i), literalValue(value)])),
    );
  }
}
