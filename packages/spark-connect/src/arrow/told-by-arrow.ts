import type { DataType, StructField, StructType } from '../types/index.ts';

/** Types that Arrow has as well, in every version that servers read: not TIME, intervals or what is made of other types. */
const TOLD: ReadonlySet<DataType['kind']> = new Set([
  'boolean',
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'decimal',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestampNtz',
]);

/**
 * Whether the schema that stands in an Arrow stream says all that Spark's says: names, types, and what may be null. Where
 * it does, rows may be sent without another one, and the server spares a cast of each.
 *
 * @see https://github.com/apache/spark/blob/v4.1.1/sql/connect/server/src/main/scala/org/apache/spark/sql/connect/planner/SparkConnectPlanner.scala
 *   (transformLocalRelation: a given schema is a second projection of every row)
 */
export function isToldByArrow({ fields, names }: StructType): boolean {
  const areTold = new Set(names).size === fields.length && !names.includes('');
  return fields.length > 0 && areTold && fields.every(isTold);
}

function isTold({ dataType, metadata }: StructField): boolean {
  const isPlain = dataType.kind !== 'string' || dataType.collation === undefined;
  return TOLD.has(dataType.kind) && isPlain && Object.keys(metadata).length === 0;
}
