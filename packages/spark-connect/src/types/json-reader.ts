import { SparkConnectError } from '../errors.ts';
import type { DataType, StructField } from './data-type.ts';
import {
  arrayType,
  binaryType,
  booleanType,
  byteType,
  calendarIntervalType,
  charType,
  DAY_TIME_FIELDS,
  dateType,
  dayTimeIntervalType,
  decimalType,
  doubleType,
  field,
  floatType,
  geoType,
  integerType,
  longType,
  mapType,
  nullType,
  shortType,
  stringType,
  timestampNtzType,
  timestampType,
  timeType,
  udtType,
  varcharType,
  variantType,
  YEAR_MONTH_FIELDS,
  yearMonthIntervalType,
} from './factories.ts';
import { COLLATIONS_KEY } from './json-writer.ts';
import { ANY_SRID, GLOBE_SRID, sridOf } from './reference-system.ts';
import { StructType } from './struct-type.ts';

/** Maps, not objects: names of columns and types may also be those of what every object has, like `constructor`. */
const ATOMS: ReadonlyMap<string, () => DataType> = new Map(
  Object.entries<() => DataType>({
    void: nullType,
    null: nullType,
    boolean: booleanType,
    byte: byteType,
    short: shortType,
    integer: integerType,
    long: longType,
    float: floatType,
    double: doubleType,
    decimal: decimalType,
    string: stringType,
    binary: binaryType,
    date: dateType,
    time: timeType,
    timestamp: timestampType,
    timestamp_ltz: timestampType,
    timestamp_ntz: timestampNtzType,
    interval: calendarIntervalType,
    variant: variantType,
  }),
);

type JsonObject = Readonly<Record<string, unknown>>;
type Collations = ReadonlyMap<string, string>;

const NO_COLLATIONS: Collations = new Map();

/**
 * Reads Spark's JSON form of a type.
 *
 * @param json the JSON text, or what JSON.parse made of it
 * @throws SparkConnectError `invalid-argument`
 */
export function fromJson(json: unknown): DataType {
  if (typeof json !== 'string') return read(json, '', NO_COLLATIONS);
  const text = json.trim();
  if (!text.startsWith('{') && !text.startsWith('"')) return read(text, '', NO_COLLATIONS);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new SparkConnectError('invalid-argument', 'the schema is no JSON', { cause });
  }
  return read(parsed, '', NO_COLLATIONS);
}

function read(json: unknown, path: string, collations: Collations): DataType {
  if (typeof json === 'string') return readAtom(json, collations.get(path));
  const object = asObject(json);
  switch (object.type) {
    case 'struct':
      if (!Array.isArray(object.fields)) throw invalid(json);
      return new StructType(object.fields.map(readField));
    case 'array':
      return arrayType(read(object.elementType, `${path}.element`, collations), object.containsNull !== false);
    case 'map':
      return mapType(
        read(object.keyType, `${path}.key`, collations),
        read(object.valueType, `${path}.value`, collations),
        object.valueContainsNull !== false,
      );
    case 'udt':
      return udtType({
        ...(typeof object.class === 'string' ? { jvmClass: object.class } : {}),
        ...(typeof object.pyClass === 'string' ? { pythonClass: object.pyClass } : {}),
        ...(typeof object.serializedClass === 'string' ? { serializedPythonClass: object.serializedClass } : {}),
        ...(object.sqlType === undefined ? {} : { sqlType: read(object.sqlType, path, collations) }),
      });
    default:
      throw invalid(json);
  }
}

function readField(json: unknown): StructField {
  const { name, type, nullable, metadata } = asObject(json);
  if (typeof name !== 'string') throw invalid(json);
  const { [COLLATIONS_KEY]: collations, ...others } = metadata === undefined ? {} : asObject(metadata);
  return field(name, read(type, name, readCollations(collations)), nullable !== false, others);
}

/** Values are `provider.NAME`; the provider follows from the name. */
function readCollations(json: unknown): Collations {
  if (json === undefined) return NO_COLLATIONS;
  return new Map(Object.entries(asObject(json)).map(([path, value]) => [path, String(value).replace(/^\w+\./, '')]));
}

function readAtom(name: string, collation: string | undefined): DataType {
  if (name === 'string') return stringType(collation);
  const make = ATOMS.get(name);
  if (make) return make();
  const collated = /^string collate (\w+)$/.exec(name);
  if (collated) return stringType(collated[1]);
  const [, word = '', first = '', second = ''] = /^(\w+)\((-?\w+)(?:, *(-?\w+))?\)$/.exec(name) ?? [];
  if (word === 'decimal') return decimalType(Number(first), Number(second || 0));
  if (word === 'char') return charType(Number(first));
  if (word === 'varchar') return varcharType(Number(first));
  if (word === 'time') return timeType(Number(first));
  return readGeo(name) ?? readInterval(name);
}

/** `geometry`, `geometry(EPSG:3857)`, `geography(OGC:CRS84, SPHERICAL)` … Both default to the globe's system. */
function readGeo(name: string): DataType | undefined {
  const [, kind, inner = ''] = /^(geometry|geography)(?:\((.*)\))?$/.exec(name) ?? [];
  if (kind !== 'geometry' && kind !== 'geography') return undefined;
  // Curves between two places have one form only, as yet; and only those on the globe have one.
  const crs = kind === 'geometry' ? inner : inner.replace(/(?:^|,)\s*spherical\s*$/i, '');
  const srid = crs.trim() === '' ? GLOBE_SRID : (sridOf(crs.trim()) ?? oldSrid(crs));
  if (srid === undefined) throw invalid(name);
  return geoType(kind, srid);
}

/** As this client wrote it once: `geometry(0)`, `geometry(any)`. */
function oldSrid(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : text === 'any' ? ANY_SRID : undefined;
}

function readInterval(name: string): DataType {
  const [, start = '', end = start] = /^interval (\w+)(?: to (\w+))?$/.exec(name) ?? [];
  const dayTime: readonly string[] = DAY_TIME_FIELDS;
  const yearMonth: readonly string[] = YEAR_MONTH_FIELDS;
  if (dayTime.includes(start)) return dayTimeIntervalType(dayTime.indexOf(start), dayTime.indexOf(end));
  if (yearMonth.includes(start)) return yearMonthIntervalType(yearMonth.indexOf(start), yearMonth.indexOf(end));
  throw invalid(name);
}

function asObject(json: unknown): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  throw invalid(json);
}

function invalid(json: unknown): SparkConnectError {
  return new SparkConnectError('invalid-argument', `not a type of Spark's JSON schema format: ${JSON.stringify(json)}`);
}
