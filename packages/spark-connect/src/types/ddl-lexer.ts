import { SparkConnectError } from '../errors.ts';

/** One word, number, text or sign of a DDL text, with the offset where it starts. */
export interface Token {
  readonly kind: 'name' | 'quotedName' | 'number' | 'text' | 'sign' | 'end';
  readonly value: string;
  readonly offset: number;
}

const TOKEN =
  /\s*(?:(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d+)|(?<quoted>`(?:[^`]|``)*`)|(?<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?<sign>[<>(),:]))/suy;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', '0': '\0' };

/** Parts a DDL text into tokens; the last one is always of kind `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(TOKEN);
  const length = text.trimEnd().length;
  while (scanner.lastIndex < length) {
    const start = scanner.lastIndex;
    const match = scanner.exec(text);
    if (!match?.groups) {
      const offset = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0);
      throw ddlError(text, offset, `cannot read ${JSON.stringify(text.charAt(offset))}`);
    }
    tokens.push(toToken(match.groups, scanner.lastIndex));
  }
  return [...tokens, { kind: 'end', value: '', offset: length }];
}

function toToken(groups: Record<string, string | undefined>, endOffset: number): Token {
  const { name, number, quoted, text, sign } = groups;
  if (name !== undefined) return { kind: 'name', value: name, offset: endOffset - name.length };
  if (number !== undefined) return { kind: 'number', value: number, offset: endOffset - number.length };
  if (quoted !== undefined) {
    return { kind: 'quotedName', value: quoted.slice(1, -1).replaceAll('``', '`'), offset: endOffset - quoted.length };
  }
  if (text !== undefined) return { kind: 'text', value: unquote(text), offset: endOffset - text.length };
  const value = sign ?? '';
  return { kind: 'sign', value, offset: endOffset - value.length };
}

function unquote(literal: string): string {
  const quote = literal.charAt(0);
  const body = literal.slice(1, -1);
  return body.replace(quote === "'" ? /''|\\(.)/gs : /""|\\(.)/gs, (pair, escaped: string | undefined) =>
    escaped === undefined ? pair.charAt(0) : (ESCAPES[escaped] ?? escaped),
  );
}

/** An error that shows where in the text the reader stood. */
export function ddlError(text: string, offset: number, why: string): SparkConnectError {
  const message = `${why} at position ${offset + 1} of the schema text\n${text}\n${' '.repeat(offset)}^`;
  return new SparkConnectError('invalid-argument', message);
}
