import { type DataType as ArrowType, Binary, type Data, Field, Int32, Struct } from 'apache-arrow';
import { ANY_SRID, Geography, Geometry, type GeoType, StructType, simpleString, types as T } from '../types/index.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { UnfitValue, unfit } from './convert-value.ts';

/** What a shape travels as. */
export const SHAPE_PARTS = new StructType([T.field('srid', T.int(), false), T.field('wkb', T.binary(), false)]);

/** A column of shapes: their parts, marked as what they are. */
export class GeoBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #type: GeoType;
  readonly #parts: ColumnBuilder;

  /** @param parts takes rows of {@link SHAPE_PARTS} */
  constructor(type: GeoType, parts: ColumnBuilder) {
    this.#type = type;
    this.#parts = parts;
    const marks = new Map([
      [type.kind, 'true'],
      ['srid', String(type.srid)],
    ]);
    this.arrowType = new Struct([new Field('srid', new Int32(), false), new Field('wkb', new Binary(), false, marks)]);
  }

  append(value: unknown): void {
    const shape = toShape(value, this.#type);
    this.#parts.append([shape.srid, shape.wkb]);
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

/** @throws UnfitValue also for a shape of another reference system: its numbers would mean another place */
function toShape(value: unknown, type: GeoType): Geometry | Geography {
  if (!(value instanceof Geometry || value instanceof Geography) || value.kind !== type.kind) {
    throw unfit(value, type, type.kind === 'geometry' ? 'a Geometry' : 'a Geography');
  }
  if (type.srid === ANY_SRID || type.srid === value.srid) return value;
  throw new UnfitValue(`a ${type.kind} with SRID ${value.srid} does not fit ${simpleString(type)}`);
}
