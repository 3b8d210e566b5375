/** Values as expressions: literals, and what stands around them where a literal alone cannot say it. */
import { SparkConnectError } from '../errors.ts';
import { type DataType, simpleString } from '../types/index.ts';
import { castNode, type ExpressionNode, functionNode } from './expressions.ts';
import { arrayLiteralNode, type LiteralNode, type LiteralValue, literalNode, literalType } from './literals.ts';

/**
 * @param type the Spark type; by default the one that fits the value
 * @throws SparkConnectError invalid-argument where the value is none, or none of this type
 */
export function literalExpression(value: LiteralValue, type?: DataType): ExpressionNode {
  if (Array.isArray(value)) return arrayExpression(value, type);
  const node = literalNode(value, type);
  // Some types have no literal, though their values have: strings with a collation, intervals of some fields.
  const isOfType = type === undefined || simpleString(literalType(node)) === simpleString(type);
  return isOfType ? node : castNode(node, type);
}

/** Without a type, a call of `array`, in which Spark finds the type that the elements have in common. */
function arrayExpression(values: readonly LiteralValue[], type?: DataType): ExpressionNode {
  if (type === undefined) {
    const elements = values.map((value) => literalExpression(value));
    return functionNode('array', elements);
  }
  if (type.kind !== 'array') throw new SparkConnectError('invalid-argument', `an array is no ${simpleString(type)}`);
  if (!type.containsNull && values.includes(null)) {
    throw new SparkConnectError('invalid-argument', `null where the elements of ${simpleString(type)} are not null`);
  }
  const elements = values.map((value) => literalExpression(value, type.elementType));
  // A literal where it can be one: Spark 3.5 takes no other argument of SQL.
  if (type.containsNull && elements.every(isPresent)) return arrayLiteralNode(type.elementType, elements);
  // Of elements that have the type it has it too; a cast Spark 4 would not take as argument of SQL.
  const call = functionNode('array', elements);
  return elements.length === 0 ? castNode(call, type) : call;
}

function isPresent(node: ExpressionNode): node is LiteralNode {
  return node.kind === 'literal' && node.content.of !== 'null';
}
