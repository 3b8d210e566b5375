/**
 * Avro and Protobuf. The server needs Spark's packages spark-avro and spark-protobuf on its class path.
 *
 * Source: https://spark.apache.org/docs/latest/sql-data-sources-avro.html and …/sql-data-sources-protobuf.html
 */
import { functionNode } from '../plan/expressions.ts';
import { literalNode } from '../plan/literals.ts';
import { Column, type ColumnOrName, nameToExpression } from './column.ts';
import { type FormatOptions, optionArguments } from './formats.ts';

/** @param schema the Avro schema, as JSON text */
export function fromAvro(column: ColumnOrName, schema: string, options?: FormatOptions): Column {
  return call('from_avro', column, [schema], options);
}
/** @param schema the Avro schema, as JSON text; by default the one that the column's type has */
export function toAvro(column: ColumnOrName, schema?: string): Column {
  return call('to_avro', column, schema === undefined ? [] : [schema]);
}

export interface ProtobufOptions {
  /** A serialized FileDescriptorSet; without one, the message name is a Java class on the server's class path. */
  readonly descriptorSet?: Uint8Array;
  readonly options?: FormatOptions;
}

export function fromProtobuf(column: ColumnOrName, messageName: string, options: ProtobufOptions = {}): Column {
  return protobuf('from_protobuf', column, messageName, options);
}
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
