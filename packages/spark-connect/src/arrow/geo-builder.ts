import { type DataType as ArrowType, Binary, Field, Int32, Struct } from 'apache-arrow';
import { ANY_SRID, Geography, Geometry, type GeoType, StructType, simpleString, types as T } from '../types/index.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { UnfitValue, unfit } from './convert-value.ts';
import { PartsBuilder } from './parts-builder.ts';

/** What a shape travels as. */
export const SHAPE_PARTS = new StructType([T.field('srid', T.int(), false), T.field('wkb', T.binary(), false)]);

/**
 * A builder for shapes.
 *
 * @param parts takes rows of {@link SHAPE_PARTS}
 */
export function geoBuilder(type: GeoType, parts: ColumnBuilder): ColumnBuilder {
  const marks = new Map([
    [type.kind, 'true'],
    ['srid', String(type.srid)],
  ]);
  const arrowType = new Struct<{ srid: ArrowType; wkb: ArrowType }>([
    new Field('srid', new Int32(), false),
    new Field('wkb', new Binary(), false, marks),
  ]);
  return new PartsBuilder(arrowType, parts, (value) => {
    const { srid, wkb } = toShape(value, type);
    return [srid, wkb];
  });
}

/** @throws UnfitValue also for a shape of another reference system: its numbers would mean another place */
function toShape(value: unknown, type: GeoType): Geometry | Geography {
  if (!(value instanceof Geometry || value instanceof Geography) || value.kind !== type.kind) {
    throw unfit(value, type, type.kind === 'geometry' ? 'a Geometry' : 'a Geography');
  }
  if (type.srid === ANY_SRID || type.srid === value.srid) return value;
  throw new UnfitValue(`a ${type.kind} with SRID ${value.srid} does not fit ${simpleString(type)}`);
}
