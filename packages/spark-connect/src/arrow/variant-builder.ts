import { type DataType as ArrowType, Binary, Field, Struct } from 'apache-arrow';
import { StructType, types as T, Variant } from '../types/index.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { unfit } from './convert-value.ts';
import { PartsBuilder } from './parts-builder.ts';

/** What a variant travels as. */
export const VARIANT_PARTS = new StructType([
  T.field('value', T.binary(), false),
  T.field('metadata', T.binary(), false),
]);

/** The mark by which the server, too, knows a variant's parts from a struct of a program's own. */
const ARROW_TYPE = new Struct<{ value: ArrowType; metadata: ArrowType }>([
  new Field('value', new Binary(), false),
  new Field('metadata', new Binary(), false, new Map([['variant', 'true']])),
]);

/**
 * A builder for variants: their bytes, as they are.
 *
 * @param parts takes rows of {@link VARIANT_PARTS}
 */
export function variantBuilder(parts: ColumnBuilder): ColumnBuilder {
  return new PartsBuilder(ARROW_TYPE, parts, (value) => {
    if (!(value instanceof Variant)) throw unfit(value, T.variant(), 'a Variant');
    return [value.value, value.metadata];
  });
}
