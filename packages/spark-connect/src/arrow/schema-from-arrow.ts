import { DataType as ArrowType, DateUnit, type Field, IntervalUnit, type Schema, TimeUnit } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import { type DataType, field, StructType, sentDecimalType, types as T } from '../types/index.ts';

const DECIMAL_BITS = 128;
const DECIMAL_DIGITS = 38;

/**
 * Spark's schema as far as Arrow's tells it: precision of TIME, units of intervals, collations and char lengths are
 * not in it.
 *
 * @throws SparkConnectError `decode` for a type that Spark has not, naming the column
 */
export function schemaFromArrow(schema: Schema): StructType {
  return new StructType(schema.fields.map((column) => fromField(column, column.name)));
}

function fromField(column: Field, path: string) {
  return field(column.name, fromType(column, path), column.nullable);
}

function fromType(column: Field, path: string): DataType {
  const { type } = column;
  if (ArrowType.isNull(type)) return T.null();
  if (ArrowType.isBool(type)) return T.boolean();
  if (ArrowType.isInt(type) && type.isSigned) return fromInt(type.bitWidth);
  if (ArrowType.isFloat(type) && type.ArrayType === Float32Array) return T.float();
  if (ArrowType.isFloat(type) && type.ArrayType === Float64Array) return T.double();
  if (ArrowType.isDecimal(type) && type.bitWidth === DECIMAL_BITS && type.precision <= DECIMAL_DIGITS) {
    return sentDecimalType(type.precision, type.scale);
  }
  if (ArrowType.isUtf8(type) || ArrowType.isLargeUtf8(type) || ArrowType.isUtf8View(type)) return T.string();
  if (ArrowType.isBinary(type) || ArrowType.isLargeBinary(type) || ArrowType.isBinaryView(type)) return T.binary();
  if (ArrowType.isDate(type) && type.unit === DateUnit.DAY) return T.date();
  if (ArrowType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND) {
    return type.timezone ? T.timestamp() : T.timestampNtz();
  }
  if (ArrowType.isTime(type) && type.unit === TimeUnit.NANOSECOND) return T.time();
  if (ArrowType.isDuration(type) && type.unit === TimeUnit.MICROSECOND) return T.dayTimeInterval();
  if (ArrowType.isInterval(type) && type.unit === IntervalUnit.YEAR_MONTH) return T.yearMonthInterval();
  if (ArrowType.isInterval(type) && type.unit === IntervalUnit.MONTH_DAY_NANO) return T.calendarInterval();
  return fromNested(column, path);
}

function fromInt(bitWidth: number): DataType {
  if (bitWidth === 8) return T.byte();
  if (bitWidth === 16) return T.short();
  return bitWidth === 32 ? T.int() : T.long();
}

function fromNested({ type }: Field, path: string): DataType {
  if (ArrowType.isList(type) || ArrowType.isLargeList(type)) {
    const [element] = type.children;
    if (element) return T.array(fromType(element, `${path}.element`), element.nullable);
  }
  if (ArrowType.isMap(type)) {
    const { children }: { children: readonly Field[] } = type;
    const entries: ArrowType | undefined = children[0]?.type;
    const [key, value] = entries && ArrowType.isStruct(entries) ? entries.children : [];
    if (key && value) return T.map(fromType(key, `${path}.key`), fromType(value, `${path}.value`), value.nullable);
  }
  if (ArrowType.isStruct(type)) {
    if (type.children.some(({ metadata }) => metadata.get('variant') === 'true')) return T.variant();
    const shape = type.children.find(({ metadata }) => metadata.has('geometry') || metadata.has('geography'));
    if (shape) {
      const srid = Number(shape.metadata.get('srid'));
      return shape.metadata.has('geometry') ? T.geometry(srid) : T.geography(srid);
    }
    return new StructType(type.children.map((child) => fromField(child, `${path}.${child.name}`)));
  }
  throw new SparkConnectError('decode', `column ${path}: Arrow's ${type} is no type of Spark's${advice(type)}`);
}

/** What to use in place of a type that a program may well have. */
function advice(type: ArrowType): string {
  if (ArrowType.isInt(type)) return type.bitWidth < 64 ? `: use Int${type.bitWidth * 2}` : ': use Int64, or Decimal';
  if (ArrowType.isFloat(type)) return ': use Float32';
  if (ArrowType.isDate(type)) return ': use DateDay, or TimestampMillisecond';
  if (ArrowType.isInterval(type)) return ': use Duration';
  if (ArrowType.isDecimal(type)) return `: use one of ${DECIMAL_BITS} bits and at most ${DECIMAL_DIGITS} digits`;
  return '';
}
