import {
  type Column,
  col,
  type DataFrame,
  functions as F,
  lit,
  type SparkSession,
  types as T,
} from '@instant-health/spark-connect';
import { sparkSignInOptions } from '../producer/contract/spark-sign-in.ts';
import type { KafkaSettings } from '../settings/index.ts';

/** Plausible values: outside them a sensor or a program is at fault, not a patient. Inclusive. */
export const PLAUSIBLE = { heartBeat: [1, 350], bp: [1, 400] } as const;

/** A reading takes some 50 bytes; a message beyond this is something else. */
const MAX_MESSAGE_BYTES = 4_096;

/** A JSON text with its quotes, as a pattern that does not go back. */
const TEXT = '"[^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+"';

/**
 * Spark only asks for what it knows to be there, so nothing is gained by a broker that waits for more; but a consumer that
 * has read ahead to a partition's end must take that answer before it can ask anew, half a second later by default.
 */
const FETCH_WAIT_MS = 5;

const FIELDS = ['heartBeat', 'bp', 'customerId'] as const;
type Field = (typeof FIELDS)[number];

/**
 * The topic's messages as they are: `value`, `topic`, `partition`, `offset`, `timestamp`.
 * Only committed transactions are read, and missing offsets fail the query instead of being passed over.
 */
export function readMessages(
  spark: SparkSession,
  kafka: KafkaSettings,
  {
    startingOffsets = 'earliest',
    messagesPerBatch,
  }: { startingOffsets?: 'earliest' | 'latest'; messagesPerBatch?: number } = {},
): DataFrame {
  return spark.readStream
    .format('kafka')
    .options({
      ...topicOptions(kafka),
      startingOffsets,
      failOnDataLoss: true,
      ...(messagesPerBatch !== undefined && { maxOffsetsPerTrigger: messagesPerBatch }),
    })
    .load();
}

/** How Spark gets at the topic, whether as a stream or once. */
export function topicOptions(kafka: KafkaSettings): Readonly<Record<string, string | number>> {
  return {
    'kafka.bootstrap.servers': kafka.brokers.join(','),
    ...sparkSignInOptions(kafka.signIn),
    subscribe: kafka.topic,
    'kafka.isolation.level': 'read_committed',
    'kafka.fetch.max.wait.ms': FETCH_WAIT_MS,
  };
}

/**
 * Each message with its reading (`heartBeat`, `bp`, `customerId`, integers) and with `reason`: null for a reading that can
 * be trusted, otherwise why it cannot. Every message gets exactly one of the two, so that archive and quarantine together
 * hold all of them.
 */
export function judgeMessages(messages: DataFrame): DataFrame {
  const text = col('value').cast('string');
  const parsed = F.fromJson(text, T.struct(FIELDS.map((name) => T.field(name, T.int()))), {
    // Spark's parser is lenient where JSON is not.
    allowSingleQuotes: 'false',
  });
  return messages
    .withColumn('text', text)
    .withColumn('parsed', parsed)
    .select(
      ...FIELDS.map((name) => col(`parsed.${name}`).as(name)),
      reasonOf(col('text'), col('parsed')).as('reason'),
      col('value'),
      col('topic'),
      col('partition'),
      col('offset'),
      col('timestamp'),
    );
}

/** The readings among judged messages, with their place in the topic and the time at which Kafka took them. */
export function readingsOf(judged: DataFrame): DataFrame {
  return judged.filter(col('reason').isNull()).select(...FIELDS, 'timestamp', 'partition', 'offset');
}

/** What cannot be trusted, with everything that is needed to look into it or to replay it. */
export function unreadableOf(judged: DataFrame): DataFrame {
  return judged
    .filter(col('reason').isNotNull())
    .select(col('value'), col('topic'), col('partition'), col('offset'), col('timestamp'), col('reason'));
}

/** The first objection, in the order in which a person would raise them. */
function reasonOf(text: Column, parsed: Column): Column {
  const objections: [Column, string][] = [
    [text.isNull(), 'no value'],
    [F.octetLength(text).gt(lit(MAX_MESSAGE_BYTES)), `longer than ${MAX_MESSAGE_BYTES} bytes`],
    [text.rlike('^\\s*$'), 'empty message'],
    // What is no UTF-8 reaches the pattern as replacement characters; the JSON parser would let it pass inside a text.
    [text.rlike('\\x{FFFD}'), 'not valid UTF-8'],
    // One flat object and nothing after it: Spark's parser would stop at the first closing brace and pass over the rest.
    [text.rlike('^\\s*\\{[^{}]*\\}\\s*$').not(), 'not a flat JSON object'],
    // Here Spark takes single quotes for quotes: outside of texts none may be left.
    [
      F.getJsonObject(text, '$')
        .isNull()
        .or(F.regexpReplace(text, TEXT, '').rlike("'")),
      'not valid JSON',
    ],
    // A second "bp" written as "\u0062p" would not be counted below.
    [text.rlike('\\\\[^",:]*"\\s*:'), 'a field name with escapes'],
  ];
  for (const field of FIELDS) objections.push(...objectionsTo(field, text, parsed.getField(field)));
  for (const [field, [low, high]] of Object.entries(PLAUSIBLE)) {
    objections.push([
      parsed.getField(field).between(lit(low), lit(high)).not(),
      `${field} is outside ${low} to ${high}`,
    ]);
  }
  const [[first, reason] = [lit(false), ''], ...rest] = objections;
  return rest.reduce((chain, [condition, why]) => chain.when(condition, lit(why)), F.when(first, lit(reason)));
}

function objectionsTo(field: Field, text: Column, value: Column): [Column, string][] {
  const given = F.getJsonObject(text, `$.${field}`);
  const mentions = F.size(F.split(text, `"${field}"\\s*:`)).minus(lit(1));
  return [
    [mentions.gt(lit(1)), `${field} is given twice`],
    [given.isNull(), `${field} is missing`],
    [value.isNull(), `${field} is not an integer`],
  ];
}
