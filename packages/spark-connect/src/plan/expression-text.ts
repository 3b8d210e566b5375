/** Expressions as people read them, for consoles and messages; nothing parses this. */
import {
  CalendarInterval,
  DayTimeInterval,
  LocalDate,
  LocalDateTime,
  LocalTime,
  shorten,
  simpleString,
  Timestamp,
  YearMonthInterval,
} from '../types/index.ts';
import type { ExpressionNode, FunctionNode, SubqueryUse, WindowNode } from './expressions.ts';
import type { LiteralContent } from './literals.ts';

/** A condition on thousands of values is not shown whole. */
const MOST_CHARACTERS = 300;
const INFIX = /^(?:[-+*/%&|^]|[<>]=?|==|<=>|and|or|like|ilike|rlike)$/;
const HEX_BYTES = 16;

/** The text of an expression, e.g. `sum(bp) > 3 AS high`; shortened where it is long. */
export function expressionText(node: ExpressionNode): string {
  return shorten(textOf(node), MOST_CHARACTERS);
}

function textOf(node: ExpressionNode): string {
  switch (node.kind) {
    case 'attribute':
      return node.name;
    case 'star':
      return node.target ?? '*';
    case 'regex':
      return `columns like ${node.pattern}`;
    case 'literal':
      return literalText(node.content);
    case 'function':
      return functionText(node);
    case 'call':
    case 'pythonFunction':
      return `${node.name}(${list(node.args)})`;
    case 'cast':
      return `${node.mode === 'try' ? 'TRY_CAST' : 'CAST'}(${textOf(node.child)} AS ${typeof node.to === 'string' ? node.to : simpleString(node.to)})`;
    case 'alias':
      return `${textOf(node.child)} AS ${node.names.join(', ')}`;
    case 'sortOrder':
      return `${textOf(node.child)} ${node.direction.toUpperCase()} NULLS ${node.nulls.toUpperCase()}`;
    case 'window':
      return windowText(node);
    case 'lambdaVariable':
      return node.name;
    case 'lambda':
      return `(${list(node.parameters)}) -> ${textOf(node.body)}`;
    case 'sqlExpression':
      return node.sql;
    case 'extract':
      return `${operand(node.child)}[${textOf(node.extraction)}]`;
    case 'updateField':
      return `${operand(node.struct)} ${node.value === undefined ? `without ${node.field}` : `with ${node.field} = ${textOf(node.value)}`}`;
    case 'subquery':
      return subqueryText(node.use);
    case 'partitionId':
      return `partition ${textOf(node.child)}`;
  }
}

function list(nodes: readonly ExpressionNode[]): string {
  return nodes.map(textOf).join(', ');
}

function functionText({ name, args, distinct }: FunctionNode): string {
  const [left, right] = args;
  if (left !== undefined && right !== undefined && args.length === 2 && INFIX.test(name))
    return `${operand(left)} ${name} ${operand(right)}`;
  if (left !== undefined && args.length === 1 && name === 'not') return `not ${operand(left)}`;
  return `${name}(${distinct ? 'DISTINCT ' : ''}${list(args)})`;
}

/** In brackets where it would not be read as one. */
function operand(node: ExpressionNode): string {
  const text = textOf(node);
  const isOne =
    node.kind === 'literal' || /^[\w.*]+$/.test(text) || (node.kind === 'function' && text.startsWith(`${node.name}(`));
  return isOne ? text : `(${text})`;
}

function windowText({ function: applied, partitionBy, orderBy, frame }: WindowNode): string {
  const parts = [
    ...(partitionBy.length > 0 ? [`PARTITION BY ${list(partitionBy)}`] : []),
    ...(orderBy.length > 0 ? [`ORDER BY ${list(orderBy)}`] : []),
    ...(frame === undefined ? [] : [`some ${frame.type}`]),
  ];
  return `${textOf(applied)} OVER (${parts.join(' ')})`;
}

function subqueryText(use: SubqueryUse): string {
  if (use.as === 'in') return `(${list(use.values)}) in a DataFrame`;
  return use.as === 'exists' ? 'exists(a DataFrame)' : 'a DataFrame';
}

function literalText(content: LiteralContent): string {
  switch (content.of) {
    case 'null':
      return 'NULL';
    case 'string':
      return `'${content.value.replaceAll("'", "\\'")}'`;
    case 'decimal':
      return content.text;
    case 'binary':
      return `X'${shorten(Buffer.from(content.value.subarray(0, HEX_BYTES + 1)).toString('hex'), HEX_BYTES * 2)}'`;
    case 'date':
      return `DATE '${new LocalDate(content.value)}'`;
    case 'timestamp':
      return `TIMESTAMP '${new Timestamp(content.value)}'`;
    case 'timestampNtz':
      return `TIMESTAMP_NTZ '${new LocalDateTime(content.value)}'`;
    case 'time':
      return `TIME '${new LocalTime(Number(content.value))}'`;
    case 'dayTimeInterval':
      return String(new DayTimeInterval(content.value));
    case 'yearMonthInterval':
      return String(new YearMonthInterval(content.value));
    case 'calendarInterval':
      return String(new CalendarInterval(content.months, content.days, content.microseconds));
    case 'array':
      return `array(${list(content.elements)})`;
    default:
      return String(content.value);
  }
}
