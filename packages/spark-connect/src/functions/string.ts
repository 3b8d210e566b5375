/**
 * Text and URLs.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName } from './column.ts';
import { column, define, defineRandom, optional, rest, value } from './define.ts';

// String Functions
export const ascii = define('ascii', column);
export const base64 = define('base64', column);
export const bitLength = define('bit_length', column);
export const btrim = define('btrim', column, optional(column));
export const char = define('char', column);
export const chr = define('chr', column);
export const charLength = define('char_length', column);
export const characterLength = define('character_length', column);
export const collate = define('collate', column, value);
export const collation = define('collation', column);
export const concatWs = define('concat_ws', value, rest(column));
export const contains = define('contains', column, column);
export const decode = define('decode', column, value);
export const elt = define('elt', rest(column));
export const encode = define('encode', column, value);
export const endswith = define('endswith', column, column);
export const findInSet = define('find_in_set', column, column);
export const formatNumber = define('format_number', column, value);
export const formatString = define('format_string', value, rest(column));
export const initcap = define('initcap', column);
export const instr = define('instr', column, value);
export const isValidUtf8 = define('is_valid_utf8', column);
export const lcase = define('lcase', column);
export const left = define('left', column, column);
export const length = define('length', column);
export const levenshtein = define('levenshtein', column, column, optional(value));
export const locate = define('locate', value, column, optional(value));
export const lower = define('lower', column);
export const lpad = define('lpad', column, value, value);
export const makeValidUtf8 = define('make_valid_utf8', column);
export const mask = define(
  'mask',
  column,
  optional(column, 'X'),
  optional(column, 'x'),
  optional(column, 'n'),
  optional(column),
);
export const octetLength = define('octet_length', column);
export const overlay = define('overlay', column, column, column, optional(column));
export const position = define('position', column, column, optional(column));
export const printf = define('printf', column, rest(column));
export const quote = define('quote', column);
export const randstr = defineRandom('randstr', value);
export const regexpCount = define('regexp_count', column, column);
export const regexpExtract = define('regexp_extract', column, value, value);
export const regexpExtractAll = define('regexp_extract_all', column, column, optional(value));
export const regexpInstr = define('regexp_instr', column, column, optional(value));
export const regexpReplace = define('regexp_replace', column, value, value);
export const regexpSubstr = define('regexp_substr', column, column);
export const repeat = define('repeat', column, column);
export const replace = define('replace', column, column, optional(column));
export const right = define('right', column, column);
export const rpad = define('rpad', column, value, value);
export const sentences = define('sentences', column, optional(column, ''), optional(column));
export const soundex = define('soundex', column);
export const split = define('split', column, value, optional(column));
export const splitPart = define('split_part', column, column, column);
export const startswith = define('startswith', column, column);
export const substr = define('substr', column, column, optional(column));
export const substring = define('substring', column, column, column);
export const substringIndex = define('substring_index', column, value, value);
export const toBinary = define('to_binary', column, optional(column));
export const toChar = define('to_char', column, column);
export const toNumber = define('to_number', column, column);
export const toVarchar = define('to_varchar', column, column);
export const translate = define('translate', column, value, value);
export const tryToBinary = define('try_to_binary', column, optional(column));
export const tryToNumber = define('try_to_number', column, column);
export const tryValidateUtf8 = define('try_validate_utf8', column);
export const ucase = define('ucase', column);
export const unbase64 = define('unbase64', column);
export const upper = define('upper', column);
export const validateUtf8 = define('validate_utf8', column);

const trimBoth = define('trim', column, optional(column));
const trimLeft = define('ltrim', column, optional(column));
const trimRight = define('rtrim', column, optional(column));

/** Without the spaces, or the characters of `trimmed`, at both ends. */
export function trim(text: ColumnOrName, trimmed?: ColumnOrName): Column {
  return trimmed === undefined ? trimBoth(text) : trimBoth(trimmed, text);
}
/** {@link trim} at the beginning only. */
export function ltrim(text: ColumnOrName, trimmed?: ColumnOrName): Column {
  return trimmed === undefined ? trimLeft(text) : trimLeft(trimmed, text);
}
/** {@link trim} at the end only. */
export function rtrim(text: ColumnOrName, trimmed?: ColumnOrName): Column {
  return trimmed === undefined ? trimRight(text) : trimRight(trimmed, text);
}

// URL Functions
export const parseUrl = define('parse_url', column, column, optional(column));
export const tryParseUrl = define('try_parse_url', column, column, optional(column));
export const urlDecode = define('url_decode', column);
export const urlEncode = define('url_encode', column);
export const tryUrlDecode = define('try_url_decode', column);
