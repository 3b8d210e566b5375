import { create } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import { DataTypeSchema, type DataType as ProtoDataType } from '../gen/spark/connect/types_pb.js';
import type { DataType, Metadata, SimpleKind, StructField, UdtType } from './data-type.ts';
import {
  arrayType,
  binaryType,
  booleanType,
  byteType,
  calendarIntervalType,
  charType,
  dateType,
  dayTimeIntervalType,
  doubleType,
  field,
  floatType,
  geoType,
  integerType,
  longType,
  mapType,
  nullType,
  sentDecimalType,
  shortType,
  stringType,
  timestampNtzType,
  timestampType,
  timeType,
  udtType,
  unparsedType,
  varcharType,
  variantType,
  yearMonthIntervalType,
} from './factories.ts';
import { StructType } from './struct-type.ts';

const SIMPLE: Readonly<Record<SimpleKind, () => DataType>> = {
  null: nullType,
  boolean: booleanType,
  byte: byteType,
  short: shortType,
  integer: integerType,
  long: longType,
  float: floatType,
  double: doubleType,
  binary: binaryType,
  date: dateType,
  timestamp: timestampType,
  timestampNtz: timestampNtzType,
  calendarInterval: calendarIntervalType,
  variant: variantType,
};

/**
 * Reads a type as the server sends it.
 *
 * @throws SparkConnectError `protocol` where the message names no type that this client knows
 */
export function fromProto(proto: ProtoDataType): DataType {
  const { kind } = proto;
  switch (kind.case) {
    case undefined:
      throw new SparkConnectError('protocol', 'the server sent a type that this client does not know');
    case 'decimal':
      return sentDecimalType(kind.value.precision ?? 10, kind.value.scale ?? 0);
    case 'string':
      return stringType(kind.value.collation);
    case 'char':
      return charType(kind.value.length);
    case 'varChar':
      return varcharType(kind.value.length);
    case 'time':
      return timeType(kind.value.precision ?? 6);
    case 'dayTimeInterval':
      return dayTimeIntervalType(kind.value.startField ?? 0, kind.value.endField ?? 3);
    case 'yearMonthInterval':
      return yearMonthIntervalType(kind.value.startField ?? 0, kind.value.endField ?? 1);
    case 'array':
      return arrayType(required(kind.value.elementType), kind.value.containsNull);
    case 'map':
      return mapType(required(kind.value.keyType), required(kind.value.valueType), kind.value.valueContainsNull);
    case 'struct':
      return new StructType(
        kind.value.fields.map(({ name, dataType, nullable, metadata }) =>
          field(name, required(dataType), nullable, readMetadata(metadata)),
        ),
      );
    case 'geometry':
    case 'geography':
      return geoType(kind.case, kind.value.srid);
    case 'udt':
      return udtType({
        ...(kind.value.jvmClass ? { jvmClass: kind.value.jvmClass } : {}),
        ...(kind.value.pythonClass ? { pythonClass: kind.value.pythonClass } : {}),
        ...(kind.value.serializedPythonClass ? { serializedPythonClass: kind.value.serializedPythonClass } : {}),
        ...(kind.value.sqlType ? { sqlType: fromProto(kind.value.sqlType) } : {}),
      });
    case 'unparsed':
      return unparsedType(kind.value.dataTypeString);
    default:
      return SIMPLE[kind.case]();
  }
}

/**
 * Reads the schema of a relation.
 *
 * @throws SparkConnectError `protocol` where it is not a struct
 */
export function schemaFromProto(proto: ProtoDataType): StructType {
  const type = fromProto(proto);
  if (type.kind === 'struct') return type;
  throw new SparkConnectError('protocol', `the server sent ${type.kind} where a schema belongs`);
}

/** Writes a type as the server takes it. */
export function toProto(type: DataType): ProtoDataType {
  return create(DataTypeSchema, { kind: toKind(type) });
}

type KindInit = NonNullable<Parameters<typeof create<typeof DataTypeSchema>>[1]>['kind'];

function toKind(type: DataType): NonNullable<KindInit> {
  switch (type.kind) {
    case 'decimal':
      return { case: 'decimal', value: { precision: type.precision, scale: type.scale } };
    case 'string':
      return { case: 'string', value: type.collation === undefined ? {} : { collation: type.collation } };
    case 'char':
      return { case: 'char', value: { length: type.length } };
    case 'varchar':
      return { case: 'varChar', value: { length: type.length } };
    case 'time':
      return { case: 'time', value: { precision: type.precision } };
    case 'dayTimeInterval':
    case 'yearMonthInterval':
      return { case: type.kind, value: { startField: type.startField, endField: type.endField } };
    case 'array':
      return { case: 'array', value: { elementType: toProto(type.elementType), containsNull: type.containsNull } };
    case 'map':
      return {
        case: 'map',
        value: {
          keyType: toProto(type.keyType),
          valueType: toProto(type.valueType),
          valueContainsNull: type.valueContainsNull,
        },
      };
    case 'struct':
      return { case: 'struct', value: { fields: type.fields.map(fieldToProto) } };
    case 'geometry':
    case 'geography':
      return { case: type.kind, value: { srid: type.srid } };
    case 'udt':
      return { case: 'udt', value: udtToProto(type) };
    case 'unparsed':
      return { case: 'unparsed', value: { dataTypeString: type.text } };
    default:
      return { case: type.kind, value: {} };
  }
}

function fieldToProto({ name, dataType, nullable, metadata }: StructField) {
  const common = { name, dataType: toProto(dataType), nullable };
  return Object.keys(metadata).length === 0 ? common : { ...common, metadata: JSON.stringify(metadata) };
}

function udtToProto({ jvmClass, pythonClass, serializedPythonClass, sqlType }: UdtType) {
  return {
    type: 'udt',
    ...(jvmClass === undefined ? {} : { jvmClass }),
    ...(pythonClass === undefined ? {} : { pythonClass }),
    ...(serializedPythonClass === undefined ? {} : { serializedPythonClass }),
    ...(sqlType === undefined ? {} : { sqlType: toProto(sqlType) }),
  };
}

function required(proto: ProtoDataType | undefined): DataType {
  if (proto) return fromProto(proto);
  throw new SparkConnectError('protocol', 'the server sent a nested type without its inner type');
}

function readMetadata(json: string | undefined): Metadata {
  if (!json) return {};
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
