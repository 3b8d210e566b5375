import {
  type Column,
  col,
  type DataFrame,
  functions as F,
  lit,
  type SparkSession,
  types as T,
} from '@instant-health/spark-connect';
import type { Limit, Patient } from '../../database/index.ts';
import type { Pair } from './batch-outcome.ts';

const PATIENTS = T.struct([T.field('customerId', T.int(), false), T.field('age', T.int(), false)]);

const LIMITS = T.struct([
  T.field('attribute', T.string(), false),
  T.field('onlyFor', T.int(), true),
  T.field('lowAge', T.int(), false),
  T.field('highAge', T.int(), false),
  T.field('lower', T.int(), false),
  T.field('upper', T.int(), false),
]);

/**
 * The band of each patient and attribute that no limit objects to, joined in Spark: limits of everyone count by age, except
 * for attributes for which the patient has limits of their own. Only ids and ages of patients travel to the server.
 * Columns: customerId, attribute, lower, upper, one row each.
 */
export function bandsOfPatients(
  spark: SparkSession,
  patients: readonly Patient[],
  limits: readonly Limit[],
): DataFrame {
  const people = spark.createDataFrame(
    patients.map(({ customerId, age }) => ({ customerId, age })),
    PATIENTS,
  );
  const bands = spark.createDataFrame(
    limits.map(({ customerId, attribute, lowAge, highAge, lower, upper }) => {
      return { onlyFor: customerId, attribute, lowAge, highAge, lower, upper };
    }),
    LIMITS,
  );
  const columns = ['customerId', 'attribute', 'lower', 'upper'];
  const ofAge = col('age').between(col('lowAge'), col('highAge'));
  const own = people.join(bands.filter(col('onlyFor').isNotNull()), col('customerId').eq(col('onlyFor')).and(ofAge));
  const general = people
    .join(bands.filter(col('onlyFor').isNull()), ofAge)
    .join(own.select('customerId', 'attribute'), ['customerId', 'attribute'], 'left_anti');
  return own
    .select(...columns)
    .unionByName(general.select(...columns))
    .groupBy('customerId', 'attribute')
    .agg(F.max('lower').as('lower'), F.min('upper').as('upper'));
}

/** One row of what Spark hands over of a batch. */
export interface ReportedRow {
  readonly customerId: number;
  /** Null in a row that tells of a patient's readings as a whole: how many, and place and time of the last. */
  readonly attribute: 'heartBeat' | 'bp' | null;
  /** Beats per minute or mmHg; the number of readings where the attribute is null. */
  readonly value: number;
  /** Kafka's time; milliseconds since the epoch. */
  readonly atMs: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * All that the driver must see of a batch, in one job: the measurements outside of their band, those of watched pairs of
 * patient and attribute whatever their value, and one row for each patient. Everything else stays in Spark.
 */
export function batchReport(readings: DataFrame, bands: DataFrame, watched: readonly Pair[]): DataFrame {
  const outside = col('value')
    .lt(col('lower'))
    .or(col('value').gt(col('upper')));
  const reported = measurementsOf(readings)
    .join(bands, ['customerId', 'attribute'])
    .filter(watched.length === 0 ? outside : outside.or(isOneOf(watched)))
    .select('customerId', 'attribute', 'value', 'atMs', 'partition', 'offset');
  const seen = readings
    .groupBy('customerId', 'partition')
    .agg(
      F.count('*').cast('int').as('value'),
      F.max(F.expr('unix_millis(timestamp)')).as('atMs'),
      F.max('offset').as('offset'),
    );
  return reported.unionByName(
    seen.select(
      col('customerId'),
      lit(null).cast('string').as('attribute'),
      col('value'),
      col('atMs'),
      col('partition'),
      col('offset'),
    ),
  );
}

/** All measurements of some pairs in a batch, for pairs that nobody watched when it came. */
export function measurementsOfPairs(readings: DataFrame, pairs: readonly Pair[]): DataFrame {
  return measurementsOf(readings).filter(isOneOf(pairs));
}

/** Literally nothing is out of limits: a frame of the right shape for looking at the plan. */
export function noReadings(spark: SparkSession): DataFrame {
  const types = 'customerId INT, heartBeat INT, bp INT, timestamp TIMESTAMP, partition INT, offset BIGINT';
  return spark.createDataFrame([], types).filter(lit(true));
}

/** One row for each measured value: readings turned from columns into attribute and value. */
function measurementsOf(readings: DataFrame): DataFrame {
  return readings.selectExpr(
    'customerId',
    "stack(2, 'heartBeat', heartBeat, 'bp', bp) AS (attribute, value)",
    'unix_millis(timestamp) AS atMs',
    'partition',
    'offset',
  );
}

/**
 * Whether a measurement is of one of the pairs. A pair is one number here, and there are always more than ten of them: Spark
 * then looks them up in a set that is no part of its generated code, and need not compile anew when the pairs change.
 */
function isOneOf(pairs: readonly Pair[]): Column {
  const numbers = pairs.map(({ customerId, attribute }) => BigInt(customerId) * 2n + (attribute === 'bp' ? 1n : 0n));
  // Beyond the numbers of any INT.
  const padding = Array.from({ length: Math.max(0, 11 - numbers.length) }, (_, index) => (1n << 40n) + BigInt(index));
  return F.expr("customerId * 2L + IF(attribute = 'bp', 1L, 0L)").isin([...numbers, ...padding].map((one) => lit(one)));
}
