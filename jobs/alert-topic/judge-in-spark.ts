import { col, type DataFrame, functions as F, lit } from '@instant-health/spark-connect';
import { ATTRIBUTES } from '../alerts/limits.ts';
import { isOutside, withBands } from '../alerts/limits-view.ts';

/**
 * Each reading as a message of the alerts' topic (judged-reading.ts has its form): `key`, `value`, `partition`. Nothing is
 * left out and nothing is put in another order: which readings matter depends on what is open, which Spark does not know.
 * Only what real-time mode can do too: a projection, and a join with what has been broadcast.
 *
 * @param readings as `readingsOf` makes them
 * @param blocks bands of all patients, as rows
 * @param names the topic of the readings, and what names the limits
 */
export function judgedMessages(
  readings: DataFrame,
  blocks: DataFrame,
  names: { readonly topic: string; readonly limits: string },
): DataFrame {
  const out = ATTRIBUTES.map((attribute) => F.when(F.expr(isOutside(attribute)), lit(attribute)));
  // Another kind of join would put readings into another order.
  return withBands(readings, F.broadcast(blocks)).select(
    col('customerId').cast('string').as('key'),
    F.toJson(
      F.struct(
        lit(names.topic).as('topic'),
        col('partition'),
        col('offset'),
        F.expr('unix_millis(timestamp)').as('at'),
        col('customerId'),
        col('heartBeat'),
        col('bp'),
        F.arrayCompact(F.array(...out)).as('out'),
        lit(names.limits).as('limits'),
      ),
    ).as('value'),
    col('partition'),
  );
}
