/** A literal that the server sent, as the plain value that rows have too. */
import { SparkConnectError } from '../errors.ts';
import type {
  Expression_Literal,
  Expression_Literal_SpecializedArray,
  Expression_Literal_Struct,
} from '../gen/spark/connect/expressions_pb.js';
import type { DataType } from '../gen/spark/connect/types_pb.js';
import {
  CalendarInterval,
  DayTimeInterval,
  Decimal,
  LocalDate,
  LocalDateTime,
  LocalTime,
  Timestamp,
  YearMonthInterval,
} from '../types/index.ts';

export function literalValue(literal: Expression_Literal): unknown {
  return valueIn(literal, undefined);
}

/** @param outer what the literal around it says of its type, since a type may be told once for all that is in it */
function valueIn({ literalType, dataType }: Expression_Literal, outer: DataType | undefined): unknown {
  const type = (dataType ?? outer)?.kind;
  switch (literalType.case) {
    case 'null':
      return null;
    case 'boolean':
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
    case 'binary':
      return literalType.value;
    case 'decimal':
      return Decimal.from(literalType.value.value);
    case 'date':
      return new LocalDate(literalType.value);
    case 'timestamp':
      return new Timestamp(literalType.value);
    case 'timestampNtz':
      return new LocalDateTime(literalType.value);
    case 'time':
      return new LocalTime(Number(literalType.value.nano));
    case 'dayTimeInterval':
      return new DayTimeInterval(literalType.value);
    case 'yearMonthInterval':
      return new YearMonthInterval(literalType.value);
    case 'calendarInterval': {
      const { months, days, microseconds } = literalType.value;
      return new CalendarInterval(months, days, microseconds);
    }
    case 'specializedArray':
      return specializedArray(literalType.value);
    case 'array': {
      const element = type?.case === 'array' ? type.value.elementType : undefined;
      return literalType.value.elements.map((value) => valueIn(value, element));
    }
    case 'struct':
      return structValue(literalType.value, type);
    case 'map': {
      const { keys, values } = literalType.value;
      const { keyType, valueType } = type?.case === 'map' ? type.value : {};
      return new Map(keys.map((key, i) => [valueIn(key, keyType), optionalValue(values[i], valueType)]));
    }
    default:
      throw new SparkConnectError('decode', `the server sent a literal of a kind not known here: ${literalType.case}`);
  }
}

/** An array of one plain type, in a form of its own. */
function specializedArray({ valueType }: Expression_Literal_SpecializedArray): unknown {
  return valueType.case === undefined ? [] : [...valueType.value.values];
}

/** By the names of its fields; where they are not told, or repeat, in their order. */
function structValue({ elements, structType }: Expression_Literal_Struct, told: DataType['kind'] | undefined): unknown {
  const type = told?.case === 'struct' ? told : structType?.kind;
  const fields = type?.case === 'struct' ? type.value.fields : [];
  const values = elements.map((value, i) => valueIn(value, fields[i]?.dataType));
  const isNamed = new Set(fields.map(({ name }) => name)).size === values.length;
  return isNamed ? Object.fromEntries(fields.map(({ name }, i) => [name, values[i]])) : values;
}

function optionalValue(literal: Expression_Literal | undefined, type: DataType | undefined): unknown {
  return literal === undefined ? null : valueIn(literal, type);
}
