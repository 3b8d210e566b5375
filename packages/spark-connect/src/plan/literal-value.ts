/** A literal that the server sent, as the plain value that rows have too. */
import { SparkConnectError } from '../errors.ts';
import type { Expression_Literal } from '../gen/spark/connect/expressions_pb.js';
import { Decimal, LocalDate, LocalDateTime, Timestamp } from '../types/index.ts';

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

function optionalValue(literal: Expression_Literal | undefined): unknown {
  return literal === undefined ? null : literalValue(literal);
}
