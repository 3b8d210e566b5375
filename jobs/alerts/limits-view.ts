import { col, type DataFrame, lit, type SparkSession, types as T } from '@instant-health/spark-connect';
import type { Limit, Patient } from '../../database/index.ts';

/** The columns of a limit that applies to one patient and attribute. */
export const LIMIT_COLUMNS = ['customerId', 'attribute', 'lower', 'upper', 'severity', 'message', 'source'] as const;

const PATIENTS = T.struct([T.field('customerId', T.int(), false), T.field('age', T.int(), false)]);

const LIMITS = T.struct([
  T.field('attribute', T.string(), false),
  T.field('onlyFor', T.int(), true),
  T.field('lowAge', T.int(), false),
  T.field('highAge', T.int(), false),
  T.field('lower', T.int(), false),
  T.field('upper', T.int(), false),
  T.field('severity', T.string(), false),
  T.field('message', T.string(), false),
  T.field('source', T.string(), false),
]);

/**
 * The limits that apply to each patient, joined in Spark: those of everyone by age, except for attributes for which the
 * patient has limits of their own. Only ids and ages of patients travel to the server.
 */
export function limitsOfPatients(
  spark: SparkSession,
  patients: readonly Patient[],
  limits: readonly Limit[],
): DataFrame {
  const people = spark.createDataFrame(
    patients.map(({ customerId, age }) => ({ customerId, age })),
    PATIENTS,
  );
  const bands = spark.createDataFrame(
    limits.map(({ customerId, ...band }) => ({ onlyFor: customerId, ...band })),
    LIMITS,
  );
  const ofAge = col('age').between(col('lowAge'), col('highAge'));
  const own = people.join(bands.filter(col('onlyFor').isNotNull()), col('customerId').eq(col('onlyFor')).and(ofAge));
  const general = people
    .join(bands.filter(col('onlyFor').isNull()), ofAge)
    .join(own.select('customerId', 'attribute'), ['customerId', 'attribute'], 'left_anti');
  return own.select(...LIMIT_COLUMNS).unionByName(general.select(...LIMIT_COLUMNS));
}

/** One row for each measured value: readings turned from columns into attribute and value. */
function measurementsOf(readings: DataFrame): DataFrame {
  return readings.selectExpr(
    'customerId',
    'timestamp',
    'partition',
    'offset',
    "stack(2, 'heartBeat', heartBeat, 'bp', bp) AS (attribute, value)",
  );
}

/**
 * The measurements that the driver must see: those outside of a limit, once for each limit that is broken, and those of
 * patients without a limit (then the limit's columns are null). Everything else stays in Spark.
 */
export function measurementsToReport(readings: DataFrame, limits: DataFrame): DataFrame {
  const outside = col('value')
    .lt(col('lower'))
    .or(col('value').gt(col('upper')));
  return measurementsOf(readings)
    .join(limits, ['customerId', 'attribute'], 'left')
    .filter(col('lower').isNull().or(outside))
    .select(...LIMIT_COLUMNS, 'value', 'timestamp', 'partition', 'offset');
}

/** Literally nothing is out of limits: a frame of the right shape for looking at the plan. */
export function noReadings(spark: SparkSession): DataFrame {
  const types = 'customerId INT, heartBeat INT, bp INT, timestamp TIMESTAMP, partition INT, offset BIGINT';
  return spark.createDataFrame([], types).filter(lit(true));
}
