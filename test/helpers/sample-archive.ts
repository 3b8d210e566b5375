import { type DataFrame, functions as F, type SparkSession } from '@instant-health/spark-connect';
import { ARCHIVE_COLUMNS, ARCHIVE_SCHEMA } from '../../jobs/compaction/archive.ts';
import { SESSION_CONF } from '../../jobs/job-session.ts';

/** One batch of readings: a file of the archive. */
export interface Batch {
  /** `2026-11-20 23:59:59.123456`, UTC; all rows of a batch have the same, as in the job. Several make a file of several days. */
  readonly times: readonly string[];
  readonly rows: number;
}

/**
 * An archive as patient-vitals writes it, by the same file sink and in the same columns, with times of the test's choice:
 * each batch that is added becomes one file.
 */
export class SampleArchive {
  readonly #spark: SparkSession;
  readonly #folder: string;
  readonly vitals: string;
  #batches = 0;

  private constructor(spark: SparkSession, folder: string) {
    this.#spark = spark;
    this.#folder = folder;
    this.vitals = `${folder}/vitals`;
  }

  /**
   * The session gets the jobs' settings.
   * @param folder with the file system in front
   */
  static async open(spark: SparkSession, folder: string): Promise<SampleArchive> {
    await spark.conf.setAll(SESSION_CONF);
    return new SampleArchive(spark, folder);
  }

  /** Archives batches, in order. Rows of a batch repeat: nothing but how often they occur tells one archive from another. */
  async add(...batches: readonly Batch[]): Promise<void> {
    const frames = batches.map(({ times, rows }) =>
      this.#spark
        .range(rows)
        .selectExpr(
          'CAST(id % 3 AS INT) AS customerId',
          `CAST(60 + ${this.#batches} AS INT) AS heartBeat`,
          'CAST(120 + id % 2 AS INT) AS bp',
          `array(${times.map((time) => `timestamp'${time}'`).join(', ')})[CAST(id % ${times.length} AS INT)] AS message_time`,
          `${this.#batches++} AS batch`,
        )
        .coalesce(1),
    );
    const [first, ...others] = frames;
    if (!first) return;
    const input = others.reduce((all, frame) => all.union(frame), first);
    await input.write.mode('append').partitionBy('batch').parquet(`${this.#folder}/input`);
    const query = await this.stream();
    await query.awaitTermination();
  }

  /** A stream from the input to the archive that ends when it has caught up. */
  stream() {
    return this.#spark.readStream
      .schema(`${ARCHIVE_SCHEMA}, batch INT`)
      .option('maxFilesPerTrigger', 1)
      .parquet(`${this.#folder}/input`)
      .select(...ARCHIVE_COLUMNS)
      .coalesce(1)
      .writeStream.format('parquet')
      .options({ path: this.vitals, checkpointLocation: `${this.#folder}/checkpoint` })
      .trigger({ availableNow: true })
      .start();
  }

  /** All that was ever archived, from the stream's own files. */
  whole(): DataFrame {
    return this.#spark.read.parquet(this.vitals);
  }
}

/** Each different row with how often it occurs, times to the microsecond, in order. */
export async function tally(frame: DataFrame): Promise<string[]> {
  const rows = await frame
    .groupBy(...ARCHIVE_COLUMNS)
    .agg(F.count('*').as('times'))
    .select(F.concatWs(' ', ...ARCHIVE_COLUMNS, 'times').as('text'))
    .collect<{ text: string }>();
  return rows.map(({ text }) => text).sort();
}
