/**
 * Avro and Protobuf. The server needs Spark's packages spark-avro and spark-protobuf on its class path.
 *
 * @see https://spark.apache.org/docs/latest/sql-data-sources-avro.html and …/sql-data-sources-protobuf.html
 */
import { functionNode } from '../plan/expressions.ts';
import { literalNode } from '../plan/literals.ts';
import { Column, type ColumnOrName, nameToExpression } from './column.ts';
import { type FormatOptions, optionArguments } from './formats.ts';

/**
 * A value out of its Avro form.
 *
 * @param schema the Avro schema, as JSON text
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.avro.functions.from_avro.html
 */
export function fromAvro(column: ColumnOrName, schema: string, options?: FormatOptions): Column {
  return call('from_avro', column, [schema], options);
}
/**
 * A value in Avro's form.
 *
 * @param schema the Avro schema, as JSON text; by default the one that the column's type has
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.avro.functions.to_avro.html
 */
export function toAvro(column: ColumnOrName, schema?: string): Column {
  return call('to_avro', column, schema === undefined ? [] : [schema]);
}

export interface ProtobufOptions {
  /** A serialized FileDescriptorSet; without one, the message name is a Java class on the server's class path. */
  readonly descriptorSet?: Uint8Array | undefined;
  readonly options?: FormatOptions | undefined;
}

/**
 * A value out of its Protobuf form.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.protobuf.functions.from_protobuf.html
 */
export function fromProtobuf(column: ColumnOrName, messageName: string, options: ProtobufOptions = {}): Column {
  return protobuf('from_protobuf', column, messageName, options);
}
/**
 * A value in Protobuf's form.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.protobuf.functions.to_protobuf.html
 */
export function toProtobuf(column: ColumnOrName, messageName: string, options: ProtobufOptions = {}): Column {
  return protobuf('to_protobuf', column, messageName, options);
}

function protobuf(name: string, column: ColumnOrName, messageName: string, options: ProtobufOptions): Column {
  const { descriptorSet } = options;
  return call(
    name,
    column,
    descriptorSet === undefined ? [messageName] : [messageName, descriptorSet],
    options.options,
  );
}

function call(name: string, column: ColumnOrName, literals: readonly (string | Uint8Array)[], options?: FormatOptions) {
  const args = [nameToExpression(column), ...literals.map((value) => literalNode(value)), ...optionArguments(options)];
  return new Column(functionNode(name, args));
}
