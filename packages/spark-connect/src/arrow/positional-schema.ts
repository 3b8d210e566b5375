import { type Field, RecordBatch, Schema, Table } from 'apache-arrow';

/** Whether two columns have the same name. */
export function namesRepeat({ fields }: Schema): boolean {
  return new Set(fields.map(({ name }) => name)).size < fields.length;
}

/**
 * A schema whose columns may have the same name: apache-arrow, which looks them up by name when it makes a batch, would
 * give all of them the type of one.
 */
export class PositionalSchema extends Schema {
  override assign(schema: Schema): Schema;
  override assign(...fields: (Field | Field[])[]): Schema;
  override assign(...args: (Schema | Field | Field[])[]): Schema {
    const fields = args.flatMap((part) => (part instanceof Schema ? part.fields : part));
    const isSame = fields.length === this.fields.length && fields.every(({ name }, i) => name === this.fields[i]?.name);
    return isSame ? new PositionalSchema(fields, this.metadata) : super.assign(new Schema(fields));
  }
}

/** A schema of these columns, whether or not names repeat. */
export function schemaOf(fields: readonly Field[], metadata: Schema['metadata']): Schema {
  const plain = new Schema([...fields], metadata);
  return namesRepeat(plain) ? new PositionalSchema(plain.fields, metadata) : plain;
}

/** A table's columns, as they lie, under other fields. */
export function withFields({ schema: { metadata }, batches }: Table, fields: readonly Field[]): Table {
  const schema = schemaOf(fields, metadata);
  return new Table(
    schema,
    batches.map(({ data }) => new RecordBatch(schema, data)),
  );
}
