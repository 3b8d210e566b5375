/** Literal records to `spark.connect.Expression.Literal`. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Expression_Literal, Expression_LiteralSchema } from '../../gen/spark/connect/expressions_pb.js';
import { toProto as dataTypeToProto } from '../../types/index.ts';
import type { LiteralContent, LiteralNode } from '../literals.ts';

type LiteralType = NonNullable<MessageInitShape<typeof Expression_LiteralSchema>['literalType']>;

export function compileLiteral(node: LiteralNode): Expression_Literal {
  return create(Expression_LiteralSchema, { literalType: literalType(node.content) });
}

function literalType(content: LiteralContent): LiteralType {
  switch (content.of) {
    case 'null':
      return { case: 'null', value: dataTypeToProto(content.type) };
    case 'decimal':
      return {
        case: 'decimal',
        value: { value: content.text, precision: content.precision, scale: content.scale },
      };
    case 'array':
      return {
        case: 'array',
        value: { elementType: dataTypeToProto(content.elementType), elements: content.elements.map(compileLiteral) },
      };
    case 'boolean':
      return { case: 'boolean', value: content.value };
    case 'string':
      return { case: 'string', value: content.value };
    case 'binary':
      return { case: 'binary', value: content.value };
    case 'long':
      return { case: 'long', value: content.value };
    case 'time':
      return { case: 'time', value: { nano: content.value, precision: content.precision } };
    case 'calendarInterval': {
      const { months, days, microseconds } = content;
      return { case: 'calendarInterval', value: { months, days, microseconds } };
    }
    case 'dayTimeInterval':
      return { case: 'dayTimeInterval', value: content.value };
    case 'timestamp':
    case 'timestampNtz':
      return { case: content.of, value: content.value };
    default:
      return { case: content.of, value: content.value };
  }
}
