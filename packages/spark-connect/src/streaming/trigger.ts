import { invalid } from '../errors.ts';

/**
 * When a query looks for new data: exactly one of these.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.trigger.html
 */
export type Trigger = OneOf<TriggerKinds>;

/**
 * What each trigger is given.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.trigger.html
 */
export interface TriggerKinds {
  /** A batch each time that so much time has passed, e.g. `10 seconds`. */
  readonly processingTime: string;
  /** One batch of all that is there, and the end. `availableNow` is its successor. */
  readonly once: true;
  /** All that is there, in as many batches as the source's options say, and the end. */
  readonly availableNow: true;
  /** No batches: rows leave as they come, and so often a checkpoint is written. */
  readonly continuous: string;
  /** Rows leave as they come, in micro-batches that last so long. Since Spark 4.2. */
  readonly realTime: string;
}

/** One of the properties, and none of the others. */
type OneOf<T> = {
  [Name in keyof T]: Readonly<Pick<T, Name>> & { readonly [Other in Exclude<keyof T, Name>]?: never };
}[keyof T];

const TRIGGERS: Readonly<Record<keyof TriggerKinds, 'string' | 'true'>> = Object.freeze({
  processingTime: 'string',
  once: 'true',
  availableNow: 'true',
  continuous: 'string',
  realTime: 'string',
});

/**
 * A trigger as it is, once it is known to be one: Spark would not see what JavaScript lets pass.
 *
 * @throws SparkConnectError invalid-argument for none or several, and for a wrong value
 */
export function checkedTrigger(trigger: Trigger): Trigger {
  const given = Object.entries((trigger as Trigger | undefined) ?? {}).filter(([, value]) => value !== undefined);
  const [[name, value] = [], ...others] = given;
  if (name === undefined || others.length > 0) {
    const found = given.map(([each]) => each).join(' and ') || 'none';
    throw invalid(`a trigger is one of ${Object.keys(TRIGGERS).join(', ')}; given: ${found}`);
  }
  const wanted: string | undefined = Reflect.get(TRIGGERS, name);
  if (wanted === undefined) throw invalid(`no trigger is called '${name}': ${Object.keys(TRIGGERS).join(', ')}`);
  if (wanted === 'true' ? value === true : typeof value === 'string') return trigger;
  const advice = wanted === 'true' ? `only { ${name}: true }` : `text, such as { ${name}: '10 seconds' }`;
  throw invalid(`the trigger ${name} takes ${advice}, not ${String(value)}`);
}
