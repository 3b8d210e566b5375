import { col, type DataFrame, functions as F, lit, type SparkSession } from '@instant-health/spark-connect';
import { OperatorError } from '../../settings/index.ts';
import { isNothingThere } from '../nothing-there.ts';

/** The archive's columns, in its order. */
export const ARCHIVE_COLUMNS = ['customerId', 'heartBeat', 'bp', 'message_time'] as const;

export const ARCHIVE_SCHEMA = 'customerId INT, heartBeat INT, bp INT, message_time TIMESTAMP';

/** What a set of rows is compared by: equal when both hold the same rows equally often, in whatever order. */
export interface Fingerprint {
  readonly rows: bigint;
  /** The sum of the rows' 64-bit hashes, times to the microsecond. */
  readonly checksum: bigint;
}

/** The columns of an aggregate that {@link fingerprintOf} reads. */
export const FINGERPRINT = [
  F.count('*').as('rows'),
  // A sum, since an exclusive or would not see a row that is there twice too often.
  F.sum(F.xxhash64(...ARCHIVE_COLUMNS).cast('decimal(20,0)'))
    .cast('string')
    .as('checksum'),
] as const;

/** A row that has {@link FINGERPRINT}. */
export interface FingerprintRow {
  readonly rows: bigint;
  readonly checksum: string | null;
}

export function fingerprintOf({ rows, checksum }: FingerprintRow): Fingerprint {
  return { rows, checksum: BigInt(checksum ?? 0) };
}

/** Of two sets of rows that are taken together. */
export function sumOf(fingerprints: Iterable<Fingerprint>): Fingerprint {
  let [rows, checksum] = [0n, 0n];
  for (const part of fingerprints) {
    rows += part.rows;
    checksum += part.checksum;
  }
  return { rows, checksum };
}

/**
 * The archive as the stream has committed it: Spark reads the sink's own log, so a file of a batch that is being written,
 * or was given up, is not in it.
 * @param path VITALS_DIR
 * @returns undefined where nothing has been archived yet
 * @throws OperatorError `ARCHIVE_UNKNOWN` for a directory that no stream wrote
 */
export async function openLiveArchive(spark: SparkSession, path: string): Promise<LiveArchive | undefined> {
  // With the schema given, Spark need not open a file to find it.
  const frame = spark.read.schema(ARCHIVE_SCHEMA).parquet(path);
  const paths = await filesBelow(frame);
  if (paths.length === 0) return undefined;
  // Without the log Spark would take whatever lies in the directory. Which of both it does, its plan tells.
  if (!(await frame.explainString('formatted')).includes('MetadataLogFileIndex')) {
    throw unknownArchive(path, 'holds files, but not the log of a stream (_spark_metadata)');
  }
  return { frame, files: paths.map(fileName) };
}

/**
 * Makes sure that no column would be left behind.
 * @throws OperatorError `ARCHIVE_UNKNOWN`
 */
export async function requireArchiveColumns(spark: SparkSession, path: string): Promise<void> {
  const found = (await spark.read.parquet(path).dtypes()).map((column) => column.join(' '));
  if (found.join(', ').toLowerCase() !== ARCHIVE_SCHEMA.toLowerCase()) {
    throw unknownArchive(path, `has the columns ${found.join(', ')}`);
  }
}

export interface LiveArchive {
  readonly frame: DataFrame;
  /** The names of its files at this moment, each unique in the archive and never written again. */
  readonly files: readonly string[];
}

/** The rows of some of the archive's files. Spark opens no others: the name is known before a file is read. */
export function rowsOfFiles({ frame }: LiveArchive, files: readonly string[]): DataFrame {
  const parts = inParts(files, 5_000).map((part) => FILE_NAME.isin(part));
  return frame.filter(parts.length > 0 ? parts.reduce((left, right) => left.or(right)) : lit(false));
}

/** The list cut into lists of at most so many. */
export function inParts<T>(list: readonly T[], most: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, index) =>
    list.slice(index * most, (index + 1) * most),
  );
}

export const FILE_NAME = col('_metadata.file_name');

/** The files that a DataFrame would read; none where there is no such directory, or nothing in it. */
export async function filesBelow(frame: DataFrame): Promise<readonly string[]> {
  try {
    return await frame.inputFiles();
  } catch (error) {
    if (isNothingThere(error)) return [];
    throw error;
  }
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unknownArchive(path: string, why: string): OperatorError {
  return new OperatorError('ARCHIVE_UNKNOWN', `${path} (VITALS_DIR) ${why}: it is not an archive of patient-vitals`, {
    exitCode: 2,
    next: 'Point VITALS_DIR to the directory that patient-vitals writes.',
  });
}
