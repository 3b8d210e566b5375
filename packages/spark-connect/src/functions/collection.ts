/**
 * Arrays, maps, structs, and functions that make rows of them.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { column, define, optional, orList, rest, value } from './define.ts';

// Collection Functions
export const cardinality = define('cardinality', column);
export const concat = define('concat', rest(column));
export const elementAt = define('element_at', column, value);
export const reverse = define('reverse', column);
export const size = define('size', column);
export const tryElementAt = define('try_element_at', column, column);

// Array Functions
export const arrayAppend = define('array_append', column, value);
export const arrayCompact = define('array_compact', column);
export const arrayContains = define('array_contains', column, value);
export const arrayDistinct = define('array_distinct', column);
export const arrayExcept = define('array_except', column, column);
export const arrayInsert = define('array_insert', column, column, value);
export const arrayIntersect = define('array_intersect', column, column);
export const arrayJoin = define('array_join', column, value, optional(value));
export const arrayMax = define('array_max', column);
export const arrayMin = define('array_min', column);
export const arrayPosition = define('array_position', column, value);
export const arrayPrepend = define('array_prepend', column, value);
export const arrayRemove = define('array_remove', column, value);
export const arrayRepeat = define('array_repeat', column, column);
export const arraySize = define('array_size', column);
export const arrayUnion = define('array_union', column, column);
export const arraysOverlap = define('arrays_overlap', column, column);
export const arraysZip = define('arrays_zip', rest(column));
export const flatten = define('flatten', column);
export const get = define('get', column, column);
export const sequence = define('sequence', column, column, optional(column));
/** The elements in a random order: another with each action, unless a seed is given, which Spark 3.5 does not take. */
export const shuffle = define('shuffle', column, optional(value));
export const slice = define('slice', column, column, column);
export const sortArray = define('sort_array', column, optional(value));

// Struct Functions
export const namedStruct = define('named_struct', rest(column));

// Map Functions
export const mapContainsKey = define('map_contains_key', column, value);
export const mapEntries = define('map_entries', column);
export const mapFromArrays = define('map_from_arrays', column, column);
export const mapFromEntries = define('map_from_entries', column);
export const mapKeys = define('map_keys', column);
export const mapValues = define('map_values', column);
export const strToMap = define('str_to_map', column, optional(column, ','), optional(column));

// Generator Functions
export const explode = define('explode', column);
export const explodeOuter = define('explode_outer', column);
export const inline = define('inline', column);
export const inlineOuter = define('inline_outer', column);
export const posexplode = define('posexplode', column);
export const posexplodeOuter = define('posexplode_outer', column);
export const stack = define('stack', rest(column));
/** An array of columns, given one by one or as one array. */
export const array = orList(define('array', rest(column)));
/** A struct of columns, given one by one or as one array. */
export const struct = orList(define('struct', rest(column)));
/** A map of key, value, key, value …, given one by one or as one array. */
export const createMap = orList(define('map', rest(column)));
/** Maps put together, given one by one or as one array. */
export const mapConcat = orList(define('map_concat', rest(column)));
