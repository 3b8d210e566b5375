import { type Field, Schema } from 'apache-arrow';

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
