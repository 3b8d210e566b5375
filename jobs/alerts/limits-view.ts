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
import { ATTRIBUTES, type Attribute } from './limits.ts';

const PATIENTS = T.struct([T.field('customerId', T.int(), false), T.field('age', T.int(), false)]);

const LIMITS = T.struct([
  T.field('attribute', T.string(), false),
  T.field('onlyFor', T.int(), true),
  T.field('lowAge', T.int(), false),
  T.field('highAge', T.int(), false),
  T.field('lower', T.int(), false),
  T.field('upper', T.int(), false),
]);

const BANDS = ['heartBeatLower', 'heartBeatUpper', 'bpLower', 'bpUpper'] as const;

/** A power of two. A patient's block is what the last bits of the id say. */
const BLOCKS = 1_024;
const BLOCK = `customerId & ${BLOCKS - 1}`;

/**
 * The band of each patient that no limit objects to, joined in Spark: limits of everyone count by age, except for attributes
 * for which the patient has limits of their own. Only ids and ages of patients travel to the server.
 *
 * One row for each block of patients: block, customerIds, and at the same places heartBeatLower, heartBeatUpper, bpLower, bpUpper;
 * null where an attribute has no band. Each batch broadcasts the bands anew, and a thousand rows with arrays are made into a hash
 * table in a fraction of the time that a hundred thousand rows take.
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
  const highest = (attribute: Attribute) => F.max(F.when(col('attribute').eq(attribute), col('lower')));
  const lowest = (attribute: Attribute) => F.min(F.when(col('attribute').eq(attribute), col('upper')));
  return inBlocks(
    own
      .select(...columns)
      .unionByName(general.select(...columns))
      .groupBy('customerId')
      .agg(
        highest('heartBeat').as('heartBeatLower'),
        lowest('heartBeat').as('heartBeatUpper'),
        highest('bp').as('bpLower'),
        lowest('bp').as('bpUpper'),
      ),
  );
}

function inBlocks(bands: DataFrame): DataFrame {
  const each = (name: string) => F.expr(`transform(members, member -> member.${name})`).as(name);
  return bands
    .groupBy(F.expr(BLOCK).as('block'))
    .agg(F.expr(`collect_list(struct(customerId, ${BANDS.join(', ')}))`).as('members'))
    .select('block', each('customerId').as('customerIds'), ...BANDS.map(each));
}

/** What Spark hands over of one patient's readings in a batch. */
export interface PatientReport {
  readonly customerId: number;
  readonly partition: number;
  readonly readings: number;
  /** Of the last reading: Kafka's time in milliseconds since the epoch, the newest one, and the offset. */
  readonly newestAtMs: bigint;
  readonly lastOffset: bigint;
  /** All readings, in no order, where one of them is out of limits or the patient is watched; else null. */
  readonly told: readonly ToldReading[] | null;
}

interface ToldReading {
  readonly offset: bigint;
  readonly atMs: bigint;
  readonly heartBeat: number;
  readonly bp: number;
}

/**
 * All that the driver must see of a batch, in one job that reads the batch once: a row for each patient, with the patient's
 * readings where one is out of limits or the patient is watched. Everything else stays in Spark.
 *
 * @param blocks as {@link bandsOfPatients} makes them
 * @param watched patients with a pending or open episode
 */
export function batchReport(readings: DataFrame, blocks: DataFrame, watched: readonly number[]): DataFrame {
  const outside = ATTRIBUTES.map(isOutside);
  const isTold = watched.length === 0 ? col('isOut') : col('isOut').or(isOneOf(watched));
  // In one task, which needs no exchange to group by patient: a batch has some hundred readings, and each stage more makes its
  // mails later by a tenth. A full one after an outage takes about a second, somewhat more than in several tasks.
  return withBands(readings.coalesce(1), blocks)
    .groupBy('customerId', 'partition')
    .agg(
      F.count('*').cast('int').as('readings'),
      F.expr('max(unix_millis(timestamp))').as('newestAtMs'),
      F.max('offset').as('lastOffset'),
      F.expr(`bool_or(${outside.join(' OR ')})`).as('isOut'),
      F.expr('collect_list(struct(offset, unix_millis(timestamp) AS atMs, heartBeat, bp))').as('all'),
    )
    .select('customerId', 'partition', 'readings', 'newestAtMs', 'lastOffset', F.when(isTold, col('all')).as('told'));
}

/**
 * Each reading with the block that the bands of its patient are in, as {@link isOutside} needs it.
 *
 * @param blocks as {@link bandsOfPatients} makes them
 */
export function withBands(readings: DataFrame, blocks: DataFrame): DataFrame {
  return readings.withColumn('block', F.expr(BLOCK)).join(blocks, ['block'], 'left');
}

/** Whether a reading has left the patient's band, in SQL; false where there is none. */
export function isOutside(attribute: Attribute): string {
  // No place is 0, which element_at refuses; at null it is null.
  const place = 'nullif(cast(array_position(customerIds, customerId) AS INT), 0)';
  const own = (band: string) => `element_at(${band}, ${place})`;
  return `coalesce(${attribute} NOT BETWEEN ${own(`${attribute}Lower`)} AND ${own(`${attribute}Upper`)}, false)`;
}

/** Literally nothing is out of limits: a frame of the right shape for looking at the plan. */
export function noReadings(spark: SparkSession): DataFrame {
  const types = 'customerId INT, heartBeat INT, bp INT, timestamp TIMESTAMP, partition INT, offset BIGINT';
  return spark.createDataFrame([], types).filter(lit(true));
}

/**
 * Whether a row is of one of the patients. There are always more than ten of them, and they are no INTs: Spark then looks
 * them up in a set that is no part of its generated code, and need not compile anew when they change.
 */
function isOneOf(customerIds: readonly number[]): Column {
  // Beyond any INT.
  const padding = Array.from(
    { length: Math.max(0, 11 - customerIds.length) },
    (_, index) => (1n << 40n) + BigInt(index),
  );
  const numbers = [...customerIds.map(BigInt), ...padding];
  return col('customerId')
    .cast('bigint')
    .isin(numbers.map((one) => lit(one)));
}
