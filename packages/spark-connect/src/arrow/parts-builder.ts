import type { DataType as ArrowType, Data } from 'apache-arrow';
import type { ColumnBuilder } from './column-builder.ts';

/** A column of values that travel as structs of their parts, marked as what they are. */
export class PartsBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #parts: ColumnBuilder;
  readonly #partsOf: (value: unknown) => readonly unknown[];

  /**
   * @param arrowType the struct with its mark
   * @param parts takes rows of the parts
   * @param partsOf takes a value apart, or throws an UnfitValue
   */
  constructor(arrowType: ArrowType, parts: ColumnBuilder, partsOf: (value: unknown) => readonly unknown[]) {
    this.arrowType = arrowType;
    this.#parts = parts;
    this.#partsOf = partsOf;
  }

  append(value: unknown): void {
    this.#parts.append(this.#partsOf(value));
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
