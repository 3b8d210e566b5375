/** A literal that the server sent, as the plain value that rows have too. */
import { SparkConnectError } from '../errors.ts';
import type { Expression_Literal, Expression_Literal_SpecializedArray } from '../gen/spark/connect/expressions_pb.js';
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

export function literalValue({ literalType }: Expression_Literal): unknown {
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
    case 'array':
    case 'struct':
      return literalType.value.elements.map(literalValue);
    case 'map': {
      const { keys, values } = literalType.value;
      return new Map(keys.map((key, i) => [literalValue(key), optionalValue(values[i])]));
    }
    default:
      throw new SparkConnectError('decode', `the server sent a literal of a kind not known here: ${literalType.case}`);
  }
}

/** An array of one plain type, in a form of its own. */
function specializedArray({ valueType }: Expression_Literal_SpecializedArray): unknown {
  return valueType.case === undefined ? [] : [...valueType.value.values];
}

function optionalValue(literal: Expression_Literal | undefined): unknown {
  return literal === undefined ? null : literalValue(literal);
}
