import { SparkConnectError } from '../errors.ts';
import { unquote } from './ddl-text.ts';

/** One word, number, text or sign of a DDL text, with the offset where it starts. */
export interface Token {
  readonly kind: 'name' | 'quotedName' | 'number' | 'text' | 'sign' | 'end';
  readonly value: string;
  readonly offset: number;
}

const TOKEN =
  /(?<raw>r(?:'[^']*'|"[^"]*"))|(?<word>[\p{L}\p{N}_]+)|(?<quoted>`(?:[^`]|``)*`)|(?<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?<sign>[<>(),:.])/isuy;

/** Words that are numbers to Spark, such as 12, 12L, 1e5 and 1.5's halves; 1a and 12_3 are names. */
const NUMBER = /^\d+(?:[LSY]|(?:E\d+)?(?:[DF]|BD)?)$/i;

/** Space, and comments to the line's end, which a backslash before it leads on. */
const BLANK = /(?:\s|--(?:\\\n|[^\r\n])*)*/uy;
/** A comment begins or ends; what begins with a plus sign is a hint, which has no place in a schema. */
const BRACKET = /\/\*(?!\+)|\*\//g;

/**
 * Parts a DDL text into tokens; the last one is always of kind `end`.
 *
 * @throws SparkConnectError `invalid-argument`
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(TOKEN);
  for (;;) {
    const offset = skipBlank(text, scanner.lastIndex);
    if (offset === text.length) return [...tokens, { kind: 'end', value: '', offset: text.trimEnd().length }];
    scanner.lastIndex = offset;
    const groups = scanner.exec(text)?.groups;
    if (!groups) throw ddlError(text, offset, `cannot read ${JSON.stringify(text.charAt(offset))}`);
    tokens.push(toToken(text, groups, offset));
  }
}

function toToken(text: string, groups: Record<string, string | undefined>, offset: number): Token {
  const { word, quoted, sign = '' } = groups;
  if (word !== undefined) return { kind: NUMBER.test(word) ? 'number' : 'name', value: word, offset };
  if (quoted !== undefined) return { kind: 'quotedName', value: quoted.slice(1, -1).replaceAll('``', '`'), offset };
  const literal = groups.raw ?? groups.text;
  if (literal === undefined) return { kind: 'sign', value: sign, offset };
  try {
    return { kind: 'text', value: unquote(literal), offset };
  } catch (error) {
    throw ddlError(text, offset, error instanceof Error ? error.message : String(error));
  }
}

/** Where the next token begins, or the text ends. */
function skipBlank(text: string, from: number): number {
  const blank = new RegExp(BLANK);
  blank.lastIndex = from;
  blank.exec(text);
  const offset = blank.lastIndex;
  if (!text.startsWith('/*', offset) || text.startsWith('/*+', offset)) return offset;
  return skipBlank(text, endOfComment(text, offset));
}

/** Comments in brackets may hold others. */
function endOfComment(text: string, start: number): number {
  const bracket = new RegExp(BRACKET);
  bracket.lastIndex = start;
  let depth = 0;
  for (let match = bracket.exec(text); match; match = bracket.exec(text)) {
    depth += match[0] === '*/' ? -1 : 1;
    if (depth === 0) return bracket.lastIndex;
  }
  throw ddlError(text, start, 'this comment has no end');
}

/** An error that shows where in the text the reader stood. */
export function ddlError(text: string, offset: number, why: string): SparkConnectError {
  const message = `${why} at position ${offset + 1} of the schema text\n${text}\n${' '.repeat(offset)}^`;
  return new SparkConnectError('invalid-argument', message);
}
