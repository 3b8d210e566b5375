import fc from 'fast-check';
import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  field,
  Geography,
  Geometry,
  LocalDate,
  LocalDateTime,
  LocalTime,
  StructType,
  types as T,
  Timestamp,
  Variant,
  YearMonthInterval,
} from '../../../src/types/index.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** Any value of a type, as the decoder returns it; never null. */
export function arbitraryValue(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'byte':
      return fc.integer({ min: -128, max: 127 });
    case 'short':
      return fc.integer({ min: -32_768, max: 32_767 });
    case 'integer':
      return int32;
    case 'long':
      return int64;
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'decimal': {
      const limit = 10n ** BigInt(type.precision) - 1n;
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => new Decimal(unscaled, type.scale));
    }
    case 'string':
      return fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 20 }));
    case 'binary':
      return fc.uint8Array();
    case 'date':
      return int32.map((days) => new LocalDate(days));
    case 'timestamp':
      return int64.map((micros) => new Timestamp(micros));
    case 'timestampNtz':
      return int64.map((micros) => new LocalDateTime(micros));
    case 'time':
      return fc.integer({ min: 0, max: 86_400_000_000 - 1 }).map((micros) => new LocalTime(micros * 1000));
    case 'dayTimeInterval':
      return int64.map((micros) => new DayTimeInterval(micros));
    case 'yearMonthInterval':
      return int32.map((months) => new YearMonthInterval(months));
    case 'calendarInterval':
      return fc
        .tuple(int32, int32, fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }))
        .map(([months, days, micros]) => new CalendarInterval(months, days, micros));
    case 'variant':
      return fc.tuple(fc.uint8Array(), fc.uint8Array()).map(([value, metadata]) => new Variant(value, metadata));
    case 'geometry':
    case 'geography': {
      const srid = type.srid === -1 ? fc.nat() : fc.constant(type.srid);
      const Shape = type.kind === 'geometry' ? Geometry : Geography;
      return fc.tuple(fc.uint8Array(), srid).map(([wkb, own]) => new Shape(wkb, own));
    }
    case 'array':
      return fc.array(arbitraryCell(type.elementType, type.containsNull), { maxLength: 5 });
    case 'map': {
      const entry = fc.tuple(arbitraryValue(type.keyType), arbitraryCell(type.valueType, type.valueContainsNull));
      return fc.array(entry, { maxLength: 5 }).map((entries) => new Map(entries));
    }
    case 'struct':
      return arbitraryRow(type);
    default:
      throw new Error(`no values of ${type.kind} here`);
  }
}

/** A value or null, where the column may be null. */
export function arbitraryCell(type: DataType, nullable: boolean): fc.Arbitrary<unknown> {
  return nullable ? fc.option(arbitraryValue(type), { nil: null, freq: 3 }) : arbitraryValue(type);
}

/** A row as the decoder returns it. */
export function arbitraryRow(schema: StructType): fc.Arbitrary<Record<string, unknown>> {
  const cells = schema.fields.map(({ name, dataType, nullable }) => [name, arbitraryCell(dataType, nullable)] as const);
  // fast-check may give objects without a prototype, which the decoder does not.
  return fc.record(Object.fromEntries(cells)).map((row) => ({ ...row }));
}

/** A column of every type that travels both ways, alternately nullable, and nested ones three levels deep. */
export const EVERYTHING = new StructType(
  [
    T.null(),
    T.boolean(),
    T.byte(),
    T.short(),
    T.int(),
    T.long(),
    T.float(),
    T.double(),
    T.decimal(38, 18),
    T.decimal(5, 5),
    T.decimal(38, 0),
    T.string(),
    T.binary(),
    T.date(),
    T.timestamp(),
    T.timestampNtz(),
    T.time(),
    T.dayTimeInterval(),
    T.yearMonthInterval(),
    T.calendarInterval(),
    T.variant(),
    T.geometry(-1),
    T.geography(4326),
    T.array(T.long()),
    T.array(T.array(T.boolean(), false)),
    T.map(T.string(), T.int()),
    T.struct([
      field('x', T.boolean()),
      field('y', T.array(T.struct([field('z', T.map(T.int(), T.decimal(10, 2)), false)]))),
    ]),
  ].flatMap((type, index) => [
    field(`nullable_${type.kind}_${index}`, type),
    ...(type.kind === 'null' ? [] : [field(`required_${type.kind}_${index}`, type, false)]),
  ]),
);
