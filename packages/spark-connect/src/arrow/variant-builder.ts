import { type DataType as ArrowType, Binary, type Data, Field, Struct } from 'apache-arrow';
import { StructType, types as T, Variant } from '../types/index.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { unfit } from './convert-value.ts';

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

/** A column of variants: their bytes, as they are. */
export class VariantBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType = ARROW_TYPE;
  readonly #parts: ColumnBuilder;

  /** @param parts takes rows of {@link VARIANT_PARTS} */
  constructor(parts: ColumnBuilder) {
    this.#parts = parts;
  }

  append(value: unknown): void {
    if (!(value instanceof Variant)) throw unfit(value, T.variant(), 'a Variant');
    this.#parts.append([value.value, value.metadata]);
  }

  appendNull(): void {
    this.#parts.appendNull();
  }

  get byteLength(): number {
    return this.#parts.byteLength;
  }

  finish(): Data {
    return this.#parts.finish().clone(this.arrowType);
  }

  reset(): void {
    this.#parts.reset();
  }
}
