import {
  DataType as ArrowType,
  Binary,
  type Data,
  DurationMicrosecond,
  type Field,
  IntervalUnit,
  List,
  Map_,
  makeData,
  Struct,
  TimeNanosecond,
  TimestampMicrosecond,
  TimeUnit,
  Utf8,
} from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import { nullTest, offsetsOf } from './buffers.ts';
import { type Entry, entriesOf, isFlat, laidOutType, layOut } from './entries.ts';
import { checkCalendarIntervals, inUnit } from './fit-times.ts';

const MAX_OFFSET = 2 ** 31 - 1;

/** How a column becomes one that Spark reads. */
export interface Fit {
  /** What it is then. */
  readonly type: ArrowType;
  /** @throws SparkConnectError `encode` for a value that Spark cannot hold */
  readonly apply: (data: Data) => Data;
}

/**
 * How a column of a table becomes one that Spark reads, without losing anything: dictionaries become what they stand for,
 * times get Spark's units, and lists and bytes its layouts. Undefined where the column is fit as it is, or cannot be
 * made so.
 *
 * @throws SparkConnectError `decode` for dictionaries of lists and structs
 */
export function fitOf(type: ArrowType, path: string): Fit | undefined {
  const fit = fitOfAtom(type) ?? fitOfDictionary(type, path) ?? fitOfNested(type, path);
  return fit && { type: fit.type, apply: (data) => located(path, () => fit.apply(data)) };
}

/** A field of the fitting type. */
export function fitField(field: Field, fit: Fit | undefined): Field {
  return fit === undefined ? field : field.clone({ type: fit.type });
}

function fitOfAtom(type: ArrowType): Fit | undefined {
  if (ArrowType.isTimestamp(type) && type.unit !== TimeUnit.MICROSECOND) {
    return fitOfTimes(type.unit, 64, new TimestampMicrosecond(type.timezone), TimeUnit.MICROSECOND);
  }
  if (ArrowType.isDuration(type) && type.unit !== TimeUnit.MICROSECOND) {
    return fitOfTimes(type.unit, 64, new DurationMicrosecond(), TimeUnit.MICROSECOND);
  }
  // Nanoseconds, too: they may be finer than Spark's.
  if (ArrowType.isTime(type)) return fitOfTimes(type.unit, type.bitWidth, new TimeNanosecond(), TimeUnit.NANOSECOND);
  if (ArrowType.isInterval(type) && type.unit === IntervalUnit.MONTH_DAY_NANO) {
    return { type, apply: checkedIntervals };
  }
  if (ArrowType.isUtf8View(type)) return { type: new Utf8(), apply: (data) => layOut(type, entriesOf(data)) };
  if (ArrowType.isBinaryView(type) || ArrowType.isFixedSizeBinary(type)) {
    return { type: new Binary(), apply: (data) => layOut(new Binary(), entriesOf(data)) };
  }
  return undefined;
}

function fitOfTimes(from: TimeUnit, bits: number, type: ArrowType, to: TimeUnit): Fit {
  return { type, apply: (data) => makeData({ type, ...validityOf(data), ...inUnit(data, bits, from, to) }) };
}

function checkedIntervals(data: Data): Data {
  checkCalendarIntervals(data);
  return data;
}

function fitOfDictionary(type: ArrowType, path: string): Fit | undefined {
  if (!ArrowType.isDictionary(type)) return undefined;
  const values: ArrowType = type.dictionary;
  if (!isFlat(values)) {
    throw new SparkConnectError('decode', `column ${path}: dictionaries of ${values} cannot be sent: send the values`);
  }
  const inner = fitOf(laidOutType(values), path);
  return {
    type: inner?.type ?? laidOutType(values),
    apply: (data) => {
      const decoded = layOut(values, lookedUp(data));
      return inner?.apply(decoded) ?? decoded;
    },
  };
}

/** What each row of a dictionary column stands for. */
function lookedUp(data: Data): Entry[] {
  const isNull = nullTest(data);
  const entries = (data.dictionary?.data ?? []).flatMap(entriesOf);
  const indices: ArrayLike<number | bigint> = data.values;
  return Array.from({ length: data.length }, (_, row) => {
    if (isNull?.(row)) return null;
    const entry = entries[Number(indices[row])];
    if (entry === undefined) throw new RangeError(`row ${row} is ${indices[row]} of a dictionary of ${entries.length}`);
    return entry;
  });
}

function fitOfNested(type: ArrowType, path: string): Fit | undefined {
  if (ArrowType.isStruct(type)) return fitOfStruct(type, path);
  if (ArrowType.isMap(type)) return fitOfMap(type, path);
  if (!ArrowType.isList(type) && !ArrowType.isLargeList(type) && !ArrowType.isFixedSizeList(type)) return undefined;
  const [element] = type.children;
  const inner = element && fitOf(element.type, `${path}.element`);
  if (!element || (ArrowType.isList(type) && !inner)) return undefined;
  const list = new List(fitField(element, inner));
  const width = ArrowType.isFixedSizeList(type) ? type.listSize : undefined;
  return {
    type: list,
    apply: (data) => {
      const offsets = width === undefined ? offsetsOf(data) : evenOffsets(data.length, width);
      return makeData({ type: list, ...validityOf(data), ...fittedLists(data, offsets, inner) });
    },
  };
}

function fitOfMap(type: Map_, path: string): Fit | undefined {
  const [entries]: readonly Field[] = type.children;
  const struct: ArrowType | undefined = entries?.type;
  // The path names a map's parts without its entries.
  const inner = struct && ArrowType.isStruct(struct) ? fitOfStruct(struct, path) : undefined;
  if (!entries || !inner) return undefined;
  const map = new Map_(fitField(entries, inner), type.keysSorted);
  return {
    type: map,
    apply: (data) => makeData({ type: map, ...validityOf(data), ...fittedLists(data, offsetsOf(data), inner) }),
  };
}

function fitOfStruct(type: Struct, path: string): Fit | undefined {
  const fits = type.children.map((child: Field) => fitOf(child.type, `${path}.${child.name}`));
  if (!fits.some(Boolean)) return undefined;
  const struct = new Struct(type.children.map((child: Field, i) => fitField(child, fits[i])));
  return {
    type: struct,
    apply: (data) =>
      makeData({
        type: struct,
        ...validityOf(data),
        children: data.children.map((child, i) => fits[i]?.apply(child) ?? child),
      }),
  };
}

/** Bits of a bitmap begin at the offset; all else of a column begins at its first row. */
function validityOf(data: Data): { offset: number; length: number; nullCount: number; nullBitmap: Uint8Array } {
  const { offset, length, nullCount, nullBitmap } = data;
  return { offset, length, nullCount, nullBitmap };
}

/** The values of lists, and where those of each one end; of a part of a column, those of the part. */
function fittedLists(
  data: Data,
  offsets: ArrayLike<number>,
  inner: Fit | undefined,
): { valueOffsets: Int32Array; child: Data } {
  const [values] = data.children;
  const start = offsets[0] ?? 0;
  const end = offsets[data.length] ?? 0;
  const available = values?.length ?? 0;
  if (values === undefined || end > available) throw new RangeError(`lists of ${end} values have ${available}`);
  if (end - start > MAX_OFFSET) throw new RangeError('the lists of a batch hold 2^31 - 1 values: make smaller batches');
  const child = values.slice(start, end - start);
  const valueOffsets = Int32Array.from({ length: data.length + 1 }, (_, row) => (offsets[row] ?? start) - start);
  return { valueOffsets, child: inner?.apply(child) ?? child };
}

function evenOffsets(length: number, width: number): Int32Array {
  return Int32Array.from({ length: length + 1 }, (_, row) => row * width);
}

function located<V>(path: string, run: () => V): V {
  try {
    return run();
  } catch (error) {
    if (error instanceof SparkConnectError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SparkConnectError('encode', `column ${path}: ${why}`, { cause: error });
  }
}
