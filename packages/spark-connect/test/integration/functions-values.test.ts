// Functions evaluated on a server: each beside the SQL that means the same, or the value that is known; a query for each family.
import { expect } from 'chai';
import {
  type Column,
  functions as F,
  lit,
  parseDDL,
  type SparkSession,
  StructType,
  types as T,
  Window,
} from '../../src/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

/** A column, and SQL that must give the same. */
type Case = readonly [Column, string];

const date = lit('2026-02-28').cast('date');
const time = lit('2026-01-02 03:04:05.678901').cast('timestamp');
const D = "DATE'2026-02-28'";
const TS = "TIMESTAMP'2026-01-02 03:04:05.678901'";
const numbers = F.array(lit(3), lit(1), lit(2));
const N = 'array(3, 1, 2)';
const map = F.createMap(lit('a'), lit(1), lit('b'), lit(2));

const MATH: readonly Case[] = [
  [F.abs(lit(-2)), '2'],
  [F.sqrt(lit(9)), '3.0D'],
  [F.cbrt(lit(27)), '3.0D'],
  [F.exp(lit(0)), '1.0D'],
  [F.expm1(lit(0)), '0.0D'],
  [F.ln(F.e()), '1.0D'],
  [F.log(2, lit(8)), '3.0D'],
  [F.log10(lit(1000)), 'log10(1000)'],
  [F.log1p(lit(0)), '0.0D'],
  [F.log2(lit(8)), '3.0D'],
  [F.pow(lit(2), lit(10)), '1024.0D'],
  [F.power(lit(2), 3), '8.0D'],
  [F.round(lit(2.567), 1), 'round(2.567D, 1)'],
  [F.bround(lit(2.5)), 'bround(2.5D)'],
  [F.rint(lit(2.5)), '2.0D'],
  [F.ceil(lit(2.1)), '3L'],
  [F.ceiling(lit(2.15), lit(1)), 'ceiling(2.15D, 1)'],
  [F.floor(lit(-2.1)), '-3L'],
  [F.pmod(lit(-7), lit(3)), '2'],
  [F.signum(lit(-3)), '-1.0D'],
  [F.sign(lit(3)), '1.0D'],
  [F.negative(lit(3)), '-3'],
  [F.positive(lit(3)), '3'],
  [F.factorial(lit(5)), '120L'],
  [F.hypot(lit(3), lit(4)), '5.0D'],
  [F.greatest(lit(1), lit(3), lit(2)), '3'],
  [F.least(lit(3), lit(1)), '1'],
  [F.degrees(F.pi()), '180.0D'],
  [F.radians(lit(180)), 'pi()'],
  [F.sin(lit(0)), '0.0D'],
  [F.cos(lit(0)), '1.0D'],
  [F.tan(lit(1)), 'tan(1)'],
  [F.asin(lit(1)), 'asin(1)'],
  [F.acos(lit(1)), '0.0D'],
  [F.atan(lit(1)), 'pi() / 4'],
  [F.atan2(lit(1), lit(2)), 'atan2(1, 2)'],
  [F.sinh(lit(1)), 'sinh(1)'],
  [F.cosh(lit(0)), '1.0D'],
  [F.tanh(lit(0)), '0.0D'],
  [F.asinh(lit(1)), 'asinh(1)'],
  [F.acosh(lit(1)), '0.0D'],
  [F.atanh(lit(0)), '0.0D'],
  [F.cot(lit(1)), 'cot(1)'],
  [F.csc(lit(1)), 'csc(1)'],
  [F.sec(lit(0)), '1.0D'],
  [F.bin(lit(5)), "'101'"],
  [F.hex(lit(255)), "'FF'"],
  [F.unhex(lit('FF')), "X'FF'"],
  [F.conv(lit('ff'), 16, 10), "'255'"],
  [F.widthBucket(lit(5.3), lit(0.2), lit(10.6), lit(5)), '3L'],
  [F.tryAdd(lit(2147483647), lit(1)), 'CAST(NULL AS INT)'],
  [F.tryDivide(lit(1), lit(0)), 'CAST(NULL AS DOUBLE)'],
  [F.trySubtract(lit(-2147483648), lit(1)), 'CAST(NULL AS INT)'],
  [F.tryMultiply(lit(2147483647), lit(2)), 'CAST(NULL AS INT)'],
  [F.shiftleft(lit(1), 4), '16'],
  [F.shiftright(lit(-16), 2), '-4'],
  [F.shiftrightunsigned(lit(-1), 28), '15'],
  [F.bitwiseNot(lit(0)), '-1'],
  [F.bitCount(lit(7)), '3'],
  [F.bitGet(lit(5), lit(2)), 'bit_get(5, 2)'],
  [F.getbit(lit(5), lit(1)), 'getbit(5, 1)'],
  [F.nanvl(lit(Number.NaN), lit(1.5)), '1.5D'],
  [F.isnan(lit(Number.NaN)), 'true'],
];

const TEXT: readonly Case[] = [
  [F.ascii(lit('A')), '65'],
  [F.base64(lit('abc').cast('binary')), "'YWJj'"],
  [F.unbase64(lit('YWJj')).cast('string'), "'abc'"],
  [F.bitLength(lit('ab')), '16'],
  [F.octetLength(lit('ä')), '2'],
  [F.charLength(lit('ä')), '1'],
  [F.characterLength(lit('abc')), '3'],
  [F.length(lit('abc')), '3'],
  [F.char(lit(65)), "'A'"],
  [F.concat(lit('a'), lit('b')), "'ab'"],
  [F.concatWs('-', lit('a'), lit('b')), "'a-b'"],
  [F.contains(lit('abc'), lit('b')), 'true'],
  [F.startswith(lit('abc'), lit('ab')), 'true'],
  [F.endswith(lit('abc'), lit('bc')), 'true'],
  [F.decode(lit('abc').cast('binary'), 'UTF-8'), "'abc'"],
  [F.encode(lit('abc'), 'UTF-8'), "CAST('abc' AS BINARY)"],
  [F.elt(lit(2), lit('a'), lit('b')), "'b'"],
  [F.findInSet(lit('b'), lit('a,b,c')), '2'],
  [F.formatNumber(lit(1234.5), 2), "'1,234.50'"],
  [F.formatString('%d-%s', lit(1), lit('x')), "'1-x'"],
  [F.printf(lit('%d'), lit(7)), "'7'"],
  [F.initcap(lit('ab cd')), "'Ab Cd'"],
  [F.instr(lit('abc'), 'c'), '3'],
  [F.locate('b', lit('abcb'), 3), '4'],
  [F.position(lit('b'), lit('abc')), '2'],
  [F.lower(lit('AB')), "'ab'"],
  [F.lcase(lit('AB')), "'ab'"],
  [F.upper(lit('ab')), "'AB'"],
  [F.ucase(lit('ab')), "'AB'"],
  [F.left(lit('abc'), lit(2)), "'ab'"],
  [F.right(lit('abc'), lit(2)), "'bc'"],
  [F.levenshtein(lit('kitten'), lit('sitting')), '3'],
  [F.soundex(lit('Miller')), "soundex('Miller')"],
  [F.lpad(lit('a'), 3, 'x'), "'xxa'"],
  [F.rpad(lit('a'), 3, 'x'), "'axx'"],
  [F.trim(lit('  a ')), "'a'"],
  [F.trim(lit('xxaxx'), lit('x')), "'a'"],
  [F.ltrim(lit('xxaxx'), lit('x')), "'axx'"],
  [F.rtrim(lit('xxaxx'), lit('x')), "'xxa'"],
  [F.btrim(lit('xxaxx'), lit('x')), "'a'"],
  [F.mask(lit('Ab1')), "'Xxn'"],
  [F.overlay(lit('SPARK_SQL'), lit('CORE'), lit(7)), "'SPARK_CORE'"],
  [F.regexpCount(lit('a1b2'), lit('[0-9]')), '2'],
  [F.regexpExtract(lit('bp=168'), '(\\d+)', 1), "'168'"],
  [F.regexpExtractAll(lit('a1b2'), lit('([0-9])')), "array('1', '2')"],
  [F.regexpInstr(lit('ab1'), lit('[0-9]')), '3'],
  [F.regexpLike(lit('ab1'), lit('[0-9]')), 'true'],
  [F.regexpReplace(lit('a1'), '[0-9]', 'x'), "'ax'"],
  [F.regexpSubstr(lit('ab1'), lit('[0-9]')), "'1'"],
  [F.repeat(lit('ab'), lit(2)), "'abab'"],
  [F.replace(lit('abc'), lit('b'), lit('x')), "'axc'"],
  [F.reverse(lit('abc')), "'cba'"],
  [F.sentences(lit('Hi there.')), "sentences('Hi there.')"],
  [F.split(lit('a,b,c'), ',', 2), "array('a', 'b,c')"],
  [F.splitPart(lit('a.b.c'), lit('.'), lit(2)), "'b'"],
  [F.substr(lit('abc'), lit(2)), "'bc'"],
  [F.substring(lit('abc'), 2, 1), "'b'"],
  [F.substringIndex(lit('a.b.c'), '.', 2), "'a.b'"],
  [F.toBinary(lit('616263'), lit('hex')).cast('string'), "'abc'"],
  [F.toChar(lit(454), lit('999')), "'454'"],
  [F.toNumber(lit('454'), lit('999')), "to_number('454', '999')"],
  [F.tryToNumber(lit('x'), lit('999')), "try_to_number('x', '999')"],
  [F.translate(lit('abc'), 'ab', 'xy'), "'xyc'"],
  [F.parseUrl(lit('http://x.y/p?q=1'), lit('QUERY'), lit('q')), "'1'"],
  [F.urlEncode(lit('a b')), "'a+b'"],
  [F.urlDecode(lit('a+b')), "'a b'"],
  [F.md5(lit('x')), "'9dd4e461268c8034f5c8564e155c67a6'"],
  [F.sha1(lit('x')), "sha1('x')"],
  [F.sha2(lit('x'), 256), "sha2('x', 256)"],
  [F.crc32(lit('x')), "crc32('x')"],
  [F.hash(lit('x'), lit(1)), "hash('x', 1)"],
  [F.xxhash64(lit('x')), "xxhash64('x')"],
];

const TIME: readonly Case[] = [
  [F.addMonths(date, 1), "DATE'2026-03-28'"],
  [F.dateAdd(date, 1), "DATE'2026-03-01'"],
  [F.dateSub(date, lit(1)), "DATE'2026-02-27'"],
  [F.datediff(date, lit('2026-02-01').cast('date')), '27'],
  [F.dateDiff(date, lit('2026-02-01').cast('date')), '27'],
  [F.dateFormat(time, 'yyyy/MM/dd HH:mm'), "'2026/01/02 03:04'"],
  [F.dateFromUnixDate(lit(1)), "DATE'1970-01-02'"],
  [F.datePart(lit('YEAR'), time), '2026'],
  [F.dateTrunc('hour', time), "TIMESTAMP'2026-01-02 03:00:00'"],
  [F.trunc(date, 'month'), "DATE'2026-02-01'"],
  [F.dayofmonth(date), '28'],
  [F.day(date), '28'],
  [F.dayofweek(date), '7'],
  [F.dayofyear(date), '59'],
  [F.weekday(date), '5'],
  [F.weekofyear(date), '9'],
  [F.year(date), '2026'],
  [F.quarter(date), '1'],
  [F.month(date), '2'],
  [F.hour(time), '3'],
  [F.minute(time), '4'],
  [F.second(time), '5'],
  [F.extract(lit('SECOND'), time), `extract(SECOND FROM ${TS})`],
  [F.lastDay(lit('2026-02-01').cast('date')), D],
  [F.nextDay(date, 'Mon'), "DATE'2026-03-02'"],
  [F.makeDate(lit(2026), lit(2), lit(28)), D],
  [F.makeTimestamp(lit(2026), lit(1), lit(2), lit(3), lit(4), lit(5.678901)), TS],
  [F.makeTimestampNtz(lit(2026), lit(1), lit(2), lit(3), lit(4), lit(5)), "TIMESTAMP_NTZ'2026-01-02 03:04:05'"],
  [F.makeDtInterval(lit(1), lit(2)), "INTERVAL '1 02:00:00' DAY TO SECOND"],
  [F.makeYmInterval(lit(1), lit(2)), "INTERVAL '1-2' YEAR TO MONTH"],
  [F.monthsBetween(date, lit('2026-01-28').cast('date')), '1.0D'],
  [F.toDate(lit('2026/02/28'), 'yyyy/MM/dd'), D],
  [F.toTimestamp(lit('2026-01-02 03:04:05.678901')), TS],
  [F.toTimestampNtz(lit('2026-01-02 03:04:05')), "TIMESTAMP_NTZ'2026-01-02 03:04:05'"],
  [F.tryToTimestamp(lit('nonsense')), 'CAST(NULL AS TIMESTAMP)'],
  [F.unixDate(date), `unix_date(${D})`],
  [F.unixMicros(time), `unix_micros(${TS})`],
  [F.unixMillis(time), `unix_millis(${TS})`],
  [F.unixSeconds(time), `unix_seconds(${TS})`],
  [F.unixTimestamp(time), `unix_timestamp(${TS})`],
  [F.toUnixTimestamp(time), `to_unix_timestamp(${TS})`],
  [F.timestampMicros(lit(1)), 'timestamp_micros(1)'],
  [F.timestampMillis(lit(1)), 'timestamp_millis(1)'],
  [F.timestampSeconds(lit(1)), 'timestamp_seconds(1)'],
  [F.fromUnixtime(lit(0)), "'1970-01-01 00:00:00'"],
  [F.fromUtcTimestamp(time, 'Asia/Tokyo'), "TIMESTAMP'2026-01-02 12:04:05.678901'"],
  [F.toUtcTimestamp(time, 'Asia/Tokyo'), "TIMESTAMP'2026-01-01 18:04:05.678901'"],
  [
    F.convertTimezone(lit('UTC'), lit('Asia/Tokyo'), time.cast('timestamp_ntz')),
    `convert_timezone('UTC', 'Asia/Tokyo', CAST(${TS} AS TIMESTAMP_NTZ))`,
  ],
  [F.currentTimezone(), "'UTC'"],
  [F.currentDate(), 'current_date()'],
  [F.currentTimestamp().eq(F.now()), 'true'],
];

const NESTED: readonly Case[] = [
  [F.arrayContains(numbers, 2), 'true'],
  [F.arrayDistinct(F.array(lit(1), lit(1))), 'array(1)'],
  [F.arrayExcept(numbers, F.array(lit(1))), 'array(3, 2)'],
  [F.arrayIntersect(numbers, F.array(lit(1))), 'array(1)'],
  [F.arrayUnion(numbers, F.array(lit(4))), 'array(3, 1, 2, 4)'],
  [F.arrayJoin(F.array(lit('a'), lit('b')), '-'), "'a-b'"],
  [F.arrayMax(numbers), '3'],
  [F.arrayMin(numbers), '1'],
  [F.arrayPosition(numbers, 2), '3L'],
  [F.arrayRemove(numbers, 1), 'array(3, 2)'],
  [F.arrayRepeat(lit(7), lit(2)), 'array(7, 7)'],
  [F.arraySize(numbers), '3'],
  [F.arrayAppend(numbers, 4), 'array(3, 1, 2, 4)'],
  [F.arrayPrepend(numbers, 4), 'array(4, 3, 1, 2)'],
  [F.arrayInsert(numbers, lit(2), 9), 'array(3, 9, 1, 2)'],
  [F.arrayCompact(F.array(lit(1), lit(null))), 'array(1)'],
  [F.arraysOverlap(numbers, F.array(lit(2))), 'true'],
  [F.arraysZip(F.array(lit(1)).as('a'), F.array(lit(2)).as('b')).cast('string'), "'[{1, 2}]'"],
  [F.cardinality(numbers), '3'],
  [F.size(map), '2'],
  [F.elementAt(numbers, 1), '3'],
  [F.tryElementAt(numbers, lit(9)), 'CAST(NULL AS INT)'],
  [F.get(numbers, lit(0)), '3'],
  [F.flatten(F.array(numbers, numbers)), `concat(${N}, ${N})`],
  [F.sequence(lit(1), lit(5), lit(2)), 'array(1, 3, 5)'],
  [F.slice(numbers, lit(2), lit(2)), 'array(1, 2)'],
  [F.sortArray(numbers, false), 'array(3, 2, 1)'],
  [F.namedStruct(lit('a'), lit(1)), "named_struct('a', 1)"],
  [F.mapContainsKey(map, 'a'), 'true'],
  [F.mapKeys(map), "array('a', 'b')"],
  [F.mapValues(map), 'array(1, 2)'],
  [F.mapEntries(map).cast('string'), "'[{a, 1}, {b, 2}]'"],
  [F.mapFromArrays(F.array(lit('a')), F.array(lit(1))).getItem('a'), '1'],
  [F.mapFromEntries(F.array(F.struct(lit('a'), lit(1)))).getItem('a'), '1'],
  [F.mapConcat(map, F.createMap(lit('c'), lit(3))).getItem('c'), '3'],
  [F.strToMap(lit('a:1,b:2')).getItem('b'), "'2'"],
  [F.transform(numbers, (x, i) => x.multiply(10).plus(i)), 'array(30, 11, 22)'],
  [F.filter(numbers, (x) => x.gt(1)), 'array(3, 2)'],
  [F.exists(numbers, (x) => x.eq(2)), 'true'],
  [F.forall(numbers, (x) => x.gt(1)), 'false'],
  [F.aggregate(numbers, lit(0), (sum, x) => sum.plus(x)), '6'],
  [
    F.reduce(
      numbers,
      lit(0),
      (sum, x) => sum.plus(x),
      (sum) => sum.negate(),
    ),
    '-6',
  ],
  [F.zipWith(numbers, numbers, (x, y) => x.plus(y)), 'array(6, 2, 4)'],
  [F.arraySort(numbers, (a, b) => b.minus(a)), 'array(3, 2, 1)'],
  [F.mapFilter(map, (_, value) => value.gt(1)).getItem('b'), '2'],
  [F.transformKeys(map, (key) => F.upper(key)).getItem('A'), '1'],
  [F.transformValues(map, (_, value) => value.plus(1)).getItem('a'), '2'],
  [F.mapZipWith(map, map, (_key, x, y) => x.plus(y)).getItem('b'), '4'],
];

const REST: readonly Case[] = [
  [F.coalesce(lit(null), lit(2)), '2'],
  [F.ifnull(lit(null), lit(2)), '2'],
  [F.nvl(lit(null), lit(2)), '2'],
  [F.nvl2(lit(null), lit(1), lit(2)), '2'],
  [F.nullif(lit(1), lit(1)), 'CAST(NULL AS INT)'],
  [F.equalNull(lit(null), lit(null)), 'true'],
  [F.isnull(lit(null)), 'true'],
  [F.isnotnull(lit(1)), 'true'],
  [F.like(lit('abc'), lit('a%')), 'true'],
  [F.ilike(lit('ABC'), lit('a%')), 'true'],
  [F.rlike(lit('abc'), lit('b')), 'true'],
  [F.regexp(lit('abc'), lit('b')), 'true'],
  [F.not(lit(true)), 'false'],
  [F.when(lit(1).gt(2), 'a').otherwise('b'), "'b'"],
  [F.fromJson(lit('{"a":1}'), StructType.of({ a: 'int' })), "from_json('{\"a\":1}', 'a INT')"],
  [F.toJson(F.struct(lit(1).as('a'))), '\'{"a":1}\''],
  [F.schemaOfJson('{"a":1}'), "'STRUCT<a: BIGINT>'"],
  [F.getJsonObject(lit('{"a":{"b":2}}'), '$.a.b'), "'2'"],
  [F.jsonArrayLength(lit('[1,2]')), '2'],
  [F.jsonObjectKeys(lit('{"a":1}')), "array('a')"],
  [F.fromCsv(lit('1,x'), 'a INT, b STRING'), "from_csv('1,x', 'a INT, b STRING')"],
  [F.toCsv(F.struct(lit(1), lit('x'))), "'1,x'"],
  [F.schemaOfCsv('1,x'), "'STRUCT<_c0: INT, _c1: STRING>'"],
  [F.xpath(lit('<a><b>1</b></a>'), lit('a/b/text()')), "array('1')"],
  [F.xpathInt(lit('<a>7</a>'), lit('a')), '7'],
  [F.xpathString(lit('<a>x</a>'), lit('a')), "'x'"],
  [F.xpathBoolean(lit('<a>x</a>'), lit('a')), 'true'],
  [F.aesDecrypt(F.aesEncrypt(lit('x'), lit('0000111122223333')), lit('0000111122223333')).cast('string'), "'x'"],
  [F.typeof(lit(1)), "'int'"],
  [F.currentDatabase(), "'default'"],
  [F.currentCatalog(), "'spark_catalog'"],
  [F.version(), 'version()'],
  [F.user(), 'current_user()'],
  [F.assertTrue(lit(true)), 'CAST(NULL AS VOID)'],
  [F.javaMethod(lit('java.lang.Math'), lit('abs'), lit(-3)), "'3'"],
  [F.reflect(lit('java.lang.Math'), lit('abs'), lit(-3)), "'3'"],
  [F.bitmapBucketNumber(lit(1)), 'bitmap_bucket_number(1)'],
  [F.bitmapBitPosition(lit(1)), 'bitmap_bit_position(1)'],
  [F.inputFileName(), "''"],
  [F.sparkPartitionId(), 'spark_partition_id()'],
  [F.callFunction('upper', lit('a')), "'A'"],
  [F.callUdf('upper', lit('a')), "'A'"],
  [F.length(F.uuid()), '36'],
];

const MORE: readonly Case[] = [
  [F.curdate(), 'curdate()'],
  [F.currentSchema(), "'default'"],
  [F.currentUser(), 'current_user()'],
  [F.dateadd(date, 1), "DATE'2026-03-01'"],
  [F.datepart(lit('YEAR'), time), '2026'],
  [F.localtimestamp().isNotNull(), 'true'],
  [F.makeInterval(lit(1), lit(2)).cast('string'), "'1 years 2 months'"],
  [F.makeTimestampLtz(lit(2026), lit(1), lit(2), lit(3), lit(4), lit(5.678901)), TS],
  [F.toTimestampLtz(lit('2026-01-02 03:04:05.678901')), TS],
  [F.toVarchar(lit(454), lit('999')), "'454'"],
  [F.inputFileBlockStart(), '-1L'],
  [F.inputFileBlockLength(), '-1L'],
  [F.monotonicallyIncreasingId(), 'monotonically_increasing_id()'],
  [F.sha(lit('x')), "sha('x')"],
  [F.tryAesDecrypt(lit('nonsense').cast('binary'), lit('0000111122223333')), 'CAST(NULL AS BINARY)'],
  [F.tryToBinary(lit('zz'), lit('hex')), 'CAST(NULL AS BINARY)'],
  [F.xpathDouble(lit('<a>7</a>'), lit('a')), '7.0D'],
  [F.xpathFloat(lit('<a>7</a>'), lit('a')), 'float(7)'],
  [F.xpathLong(lit('<a>7</a>'), lit('a')), '7L'],
  [F.xpathNumber(lit('<a>7</a>'), lit('a')), '7.0D'],
  [F.xpathShort(lit('<a>7</a>'), lit('a')), '7S'],
];

const MORE_SINCE_4: readonly Case[] = [
  [F.tryMakeInterval(lit(2147483647)).cast('string'), 'CAST(NULL AS STRING)'],
  [F.tryMakeTimestamp(lit(2026), lit(13), lit(2), lit(3), lit(4), lit(5)), 'CAST(NULL AS TIMESTAMP)'],
  [F.tryMakeTimestampLtz(lit(2026), lit(13), lit(2), lit(3), lit(4), lit(5)), 'CAST(NULL AS TIMESTAMP)'],
  [F.tryMakeTimestampNtz(lit(2026), lit(13), lit(2), lit(3), lit(4), lit(5)), 'CAST(NULL AS TIMESTAMP_NTZ)'],
  [F.tryParseUrl(lit('no url at all'), lit('HOST')), 'CAST(NULL AS STRING)'],
  [F.tryReflect(lit('java.lang.Math'), lit('abs'), lit(-3)), "'3'"],
];

const MORE_SINCE_4_1: readonly Case[] = [
  [F.currentTime().isNotNull(), 'true'],
  [F.timeTrunc(lit('HOUR'), F.makeTime(lit(3), lit(4), lit(5))), 'make_time(3, 0, 0)'],
];

const SINCE_4: readonly Case[] = [
  [F.tryParseJson(lit('{')).cast('string'), 'CAST(NULL AS STRING)'],
  [F.variantGet(F.parseJson(lit('{"a":7}')), '$.a', 'int'), '7'],
  [F.tryVariantGet(F.parseJson(lit('{"a":"x"}')), '$.a', 'int'), 'CAST(NULL AS INT)'],
  [F.isVariantNull(F.parseJson(lit('null'))), 'true'],
  [F.schemaOfVariant(F.parseJson(lit('1'))), "'BIGINT'"],
  [F.toVariantObject(F.struct(lit(1).as('a'))).cast('string'), '\'{"a":1}\''],
  [F.fromXml(lit('<r><a>1</a></r>'), 'a INT').getField('a'), '1'],
  [F.schemaOfXml('<r><a>1</a></r>'), "'STRUCT<a: BIGINT>'"],
  [F.toXml(F.struct(lit(1).as('a')), { rowTag: 'r' }), "to_xml(named_struct('a', 1), map('rowTag', 'r'))"],
  [F.collation(F.collate(lit('a'), 'UNICODE_CI')), "collation('a' COLLATE UNICODE_CI)"],
  [F.dayname(date), "'Sat'"],
  [F.monthname(date), "'Feb'"],
  [F.zeroifnull(lit(null)), '0'],
  [F.nullifzero(lit(0)), 'CAST(NULL AS INT)'],
  [F.isValidUtf8(lit('x')), 'true'],
  [F.makeValidUtf8(lit('x')), "'x'"],
  [F.validateUtf8(lit('x')), "'x'"],
  [F.tryValidateUtf8(lit('x')), "'x'"],
  [F.timestampAdd('HOUR', lit(1), time), `timestampadd(HOUR, 1, ${TS})`],
  [F.timestampDiff('DAY', date, lit('2026-03-01').cast('date')), '1L'],
  [F.tryMod(lit(1), lit(0)), 'CAST(NULL AS INT)'],
  [F.tryToDate(lit('nonsense')), 'CAST(NULL AS DATE)'],
  [F.tryUrlDecode(lit('%')), 'CAST(NULL AS STRING)'],
  [F.length(F.randstr(5)), '5'],
  [F.uniform(lit(1), lit(2), 7).between(1, 2), 'true'],
  [F.sessionUser(), 'session_user()'],
];

const SINCE_4_1: readonly Case[] = [
  [F.chr(lit(65)), "'A'"],
  [F.quote(lit("it's")), "quote('it\\'s')"],
  [F.hour(F.makeTime(lit(3), lit(4), lit(5))), '3'],
  [F.toTime(lit('03:04:05')).cast('string'), "'03:04:05'"],
  [F.tryToTime(lit('x')).cast('string'), 'CAST(NULL AS STRING)'],
  [F.timeDiff(lit('HOUR'), F.makeTime(lit(1), lit(0), lit(0)), F.makeTime(lit(3), lit(0), lit(0))), '2L'],
];

describe('functions, evaluated', () => {
  let spark: SparkSession;
  before(async () => {
    spark = await openSession({ 'spark.sql.timeType.enabled': 'true', 'spark.sql.ansi.enabled': 'true' });
  });
  after(() => spark.stop());

  /** All in one query; the names in the failure are the SQL. */
  async function expectSame(cases: readonly Case[]): Promise<void> {
    const columns = cases.map(([column, sql], i) => column.eqNullSafe(F.expr(sql)).as(`c${i}`));
    const row = await spark
      .range(1)
      .select(...columns)
      .first();
    const wrong = cases.flatMap(([, sql], i) => (row?.[`c${i}`] === true ? [] : [sql]));
    expect(wrong).to.deep.equal([]);
  }

  it('of numbers', () => expectSame(MATH));
  it('of text', () => expectSame(TEXT));
  it('of days and times', () => expectSame(TIME));
  it('of arrays, maps and structs', () => expectSame(NESTED));
  it('of all kinds', () => expectSame([...REST, ...MORE]));
  it('of Spark 4', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    await expectSame([...SINCE_4, ...MORE_SINCE_4]);
    if (await isAtLeast(spark, '4.1')) await expectSame([...SINCE_4_1, ...MORE_SINCE_4_1]);
  });

  it('of many rows', async () => {
    const frame = spark.createDataFrame(
      [
        [1, 10, 'a'],
        [2, 20, 'b'],
        [3, 40, 'b'],
        [4, null, null],
      ],
      'x INT, y INT, s STRING',
    );
    const cases: readonly Case[] = [
      [F.sum('x'), '10L'],
      [F.avg('x'), '2.5D'],
      [F.mean('x'), '2.5D'],
      [F.min('x'), '1'],
      [F.max('y'), '40'],
      [F.count('y'), '3L'],
      [F.count('*'), '4L'],
      [F.countDistinct('s'), '2L'],
      [F.sumDistinct('x'), '10L'],
      [F.countIf(F.expr('x > 2')), '2L'],
      [F.approxCountDistinct('s'), '2L'],
      [F.first('s', true), "'a'"],
      [F.last('s', true), "'b'"],
      [F.anyValue('s', true), "'a'"],
      [F.maxBy('s', 'x'), 'CAST(NULL AS STRING)'],
      [F.minBy('s', 'x'), "'a'"],
      [F.mode('s'), "'b'"],
      [F.median('x'), '2.5D'],
      [F.percentile('x', 0.5), '2.5D'],
      [F.percentileApprox('x', 0.5), '2'],
      [F.approxPercentile('x', [0.5, 1]), 'array(2, 4)'],
      [F.collectList('s'), "array('a', 'b', 'b')"],
      [F.sortArray(F.collectSet('s')), "array('a', 'b')"],
      [F.arrayAgg('x'), 'array(1, 2, 3, 4)'],
      [F.product('x'), '24.0D'],
      [F.stddev('x'), 'stddev(x)'],
      [F.stddevPop('x'), 'stddev_pop(x)'],
      [F.varSamp('x'), 'var_samp(x)'],
      [F.varPop('x'), '1.25D'],
      [F.skewness('x'), 'skewness(x)'],
      [F.kurtosis('x'), 'kurtosis(x)'],
      [F.corr('x', 'y'), 'corr(x, y)'],
      [F.covarPop('x', 'y'), 'covar_pop(x, y)'],
      [F.covarSamp('x', 'y'), 'covar_samp(x, y)'],
      [F.regrSlope('y', 'x'), 'regr_slope(y, x)'],
      [F.regrCount('y', 'x'), '3L'],
      [F.bitAnd('x'), '0'],
      [F.bitOr('x'), '7'],
      [F.bitXor('x'), '4'],
      [F.boolAnd(F.expr('x > 0')), 'true'],
      [F.boolOr(F.expr('x > 3')), 'true'],
      [F.every(F.expr('x > 1')), 'false'],
      [F.some(F.expr('x > 3')), 'true'],
      [F.trySum('x'), '10L'],
      [F.tryAvg('x'), '2.5D'],
      [F.hllSketchEstimate(F.hllSketchAgg('x')), '4L'],
      [F.bitmapCount(F.bitmapConstructAgg(F.bitmapBitPosition('x'))), '4L'],
      [F.histogramNumeric('x', 2).cast('string'), 'CAST(histogram_numeric(x, 2) AS STRING)'],
    ];
    const listagg: readonly Case[] = [
      [F.listagg('s', ','), "'a,b,b'"],
      [F.listaggDistinct('s', ','), "'a,b'"],
      [F.stringAgg('s'), "'abb'"],
    ];
    const all = (await isAtLeast(spark, '4.0')) ? [...cases, ...listagg] : cases;
    const columns = all.map(([column, sql], i) => column.eqNullSafe(F.expr(sql)).as(`c${i}`));
    const row = await frame
      .coalesce(1)
      .agg(...(columns as [Column, ...Column[]]))
      .first();
    expect(all.flatMap(([, sql], i) => (row?.[`c${i}`] === true ? [] : [sql]))).to.deep.equal([]);
  });

  it('of sketches (Spark 4.1)', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    const kll = (
      type: 'bigint' | 'double' | 'float',
      sketch: Column,
      half: Column,
      other: readonly Column[],
    ): Case[] => {
      const agg = `kll_sketch_agg_${type}(x)`;
      const [n = half, rank = half, merged = half, text = half] = other;
      return [
        [sketch, agg],
        [half, `kll_sketch_get_quantile_${type}(${agg}, 0.5D)`],
        [n, '4L'],
        [rank, `kll_sketch_get_rank_${type}(${agg}, 2)`],
        [merged, `kll_sketch_merge_${type}(${agg}, ${agg})`],
        [text, `kll_sketch_to_string_${type}(${agg})`],
      ];
    };
    const half = lit(0.5);
    const big = F.kllSketchAggBigint(F.col('x').cast('bigint'));
    const double = F.kllSketchAggDouble(F.col('x').cast('double'));
    const float = F.kllSketchAggFloat(F.col('x').cast('float'));
    const theta = F.thetaSketchAgg('x');
    const cases: readonly Case[] = [
      ...kll('bigint', big, F.kllSketchGetQuantileBigint(big, half), [
        F.kllSketchGetNBigint(big),
        F.kllSketchGetRankBigint(big, lit(2n)),
        F.kllSketchMergeBigint(big, big),
        F.kllSketchToStringBigint(big),
      ]).map(([column, sql]): Case => [column, sql.replaceAll('(x)', '(bigint(x))').replace(', 2)', ', 2L)')]),
      ...kll('double', double, F.kllSketchGetQuantileDouble(double, half), [
        F.kllSketchGetNDouble(double),
        F.kllSketchGetRankDouble(double, lit(2, T.double())),
        F.kllSketchMergeDouble(double, double),
        F.kllSketchToStringDouble(double),
      ]).map(([column, sql]): Case => [column, sql.replaceAll('(x)', '(double(x))').replace(', 2)', ', 2.0D)')]),
      ...kll('float', float, F.kllSketchGetQuantileFloat(float, half), [
        F.kllSketchGetNFloat(float),
        F.kllSketchGetRankFloat(float, lit(2, T.float())),
        F.kllSketchMergeFloat(float, float),
        F.kllSketchToStringFloat(float),
      ]).map(([column, sql]): Case => [column, sql.replaceAll('(x)', '(float(x))').replace(', 2)', ', float(2))')]),
      [F.thetaSketchEstimate(theta), '4L'],
      [F.thetaSketchEstimate(F.thetaUnion(theta, theta)), '4L'],
      [F.thetaSketchEstimate(F.thetaIntersection(theta, theta)), '4L'],
      [F.thetaSketchEstimate(F.thetaDifference(theta, theta)), '0L'],
      [F.hllSketchEstimate(F.hllUnion(F.hllSketchAgg('x'), F.hllSketchAgg('x'))), '4L'],
      [F.countMinSketch('x', 0.5, 0.5, 1), 'count_min_sketch(x, 0.5D, 0.5D, 1)'],
      [F.schemaOfVariantAgg(F.parseJson(lit('1'))), "'BIGINT'"],
      [F.stringAggDistinct(F.lit('a')), "'a'"],
    ];
    const frame = spark.range(1, 5).select(F.col('id').cast('int').as('x'));
    const columns = cases.map(([column, sql], i) => column.eqNullSafe(F.expr(sql)).as(`c${i}`));
    const row = await frame.agg(...(columns as [Column, ...Column[]])).first();
    expect(cases.flatMap(([, sql], i) => (row?.[`c${i}`] === true ? [] : [sql]))).to.deep.equal([]);
    const sketches = frame
      .groupBy('x')
      .agg(
        F.thetaSketchAgg('x').as('theta'),
        F.hllSketchAgg('x').as('hll'),
        F.bitmapConstructAgg(F.bitmapBitPosition('x')).as('bits'),
      );
    const united = sketches.agg(
      F.thetaSketchEstimate(F.thetaUnionAgg('theta')).as('union'),
      F.thetaSketchEstimate(F.thetaIntersectionAgg('theta')).as('both'),
      F.hllSketchEstimate(F.hllUnionAgg('hll')).as('hll'),
      F.bitmapCount(F.bitmapOrAgg('bits')).as('or'),
      F.bitmapCount(F.bitmapAndAgg('bits')).as('and'),
    );
    expect(await united.first()).to.deep.equal({ union: 4n, both: 0n, hll: 4n, or: 4n, and: 0n });
  });

  it('of windows', async () => {
    const by = Window.partitionBy(F.expr('id % 2')).orderBy(F.col('id').desc());
    const sql = 'OVER (PARTITION BY id % 2 ORDER BY id DESC)';
    const near = 'OVER (PARTITION BY id % 2 ORDER BY id DESC RANGE BETWEEN 2 PRECEDING AND CURRENT ROW)';
    const whole =
      'OVER (PARTITION BY id % 2 ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)';
    const all = by.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing);
    const nanoseconds = Window.orderBy(F.expr('id * 6000000000000000'));
    const far = 'OVER (ORDER BY id * 6000000000000000 RANGE BETWEEN 10000000000000000L PRECEDING AND CURRENT ROW)';
    const cases: readonly Case[] = [
      [F.rowNumber().over(by), `row_number() ${sql}`],
      [F.rank().over(by), `rank() ${sql}`],
      [F.denseRank().over(by), `dense_rank() ${sql}`],
      [F.percentRank().over(by), `percent_rank() ${sql}`],
      [F.cumeDist().over(by), `cume_dist() ${sql}`],
      [F.ntile(2).over(by), `ntile(2) ${sql}`],
      [F.lead('id', 2, -1n).over(by), `lead(id, 2, -1L) ${sql}`],
      [F.lag('id').over(by), `lag(id) ${sql}`],
      [F.nthValue('id', 2).over(by), `nth_value(id, 2) ${sql}`],
      [F.firstValue('id').over(by), `first_value(id) ${sql}`],
      [F.lastValue('id').over(all), `last_value(id) ${whole}`],
      [F.sum('id').over(by.rangeBetween(-2, Window.currentRow)), `sum(id) ${near}`],
      [F.count('*').over(nanoseconds.rangeBetween(-(10n ** 16n), 0)), `count(*) ${far}`],
    ];
    const columns = cases.map(([column, text], i) => column.eqNullSafe(F.expr(text)).as(`c${i}`));
    const wrong = new Set<string>();
    for (const row of await spark
      .range(10)
      .select(...columns)
      .collect()) {
      for (const [i, [, text]] of cases.entries()) if (row[`c${i}`] !== true) wrong.add(text);
    }
    expect([...wrong]).to.deep.equal([]);
  });

  it('of groups and regressions', async () => {
    const frame = spark.range(1, 6).select(F.col('id').cast('double').as('x'), F.col('id').multiply(2).plus(1).as('y'));
    const names = ['avgx', 'avgy', 'intercept', 'r2', 'sxx', 'sxy', 'syy'] as const;
    const make = {
      avgx: F.regrAvgx,
      avgy: F.regrAvgy,
      intercept: F.regrIntercept,
      r2: F.regrR2,
      sxx: F.regrSxx,
      sxy: F.regrSxy,
      syy: F.regrSyy,
    };
    const cases: readonly Case[] = [
      ...names.map((name): Case => [make[name]('y', 'x'), `regr_${name}(y, x)`]),
      [F.std('x'), 'std(x)'],
      [F.stddevSamp('x'), 'stddev_samp(x)'],
      [F.variance('x'), 'variance(x)'],
    ];
    const columns = cases.map(([column, sql], i) => column.eqNullSafe(F.expr(sql)).as(`c${i}`));
    const row = await frame.agg(...(columns as [Column, ...Column[]])).first();
    expect(cases.flatMap(([, sql], i) => (row?.[`c${i}`] === true ? [] : [sql]))).to.deep.equal([]);
    const grouped = frame.rollup('x').agg(F.grouping('x').as('g'), F.groupingId('x').as('id'));
    expect(await grouped.filter('g = 1').select('id').collect()).to.deep.equal([{ id: 1n }]);
    const times = spark.range(3).select(F.timestampSeconds(F.col('id').multiply(100)).as('t'));
    const sessions = times.groupBy(F.sessionWindow('t', '2 minutes').as('w')).count();
    expect(await sessions.select('count').collect()).to.deep.equal([{ count: 3n }]);
    const ends = times.groupBy(F.window('t', '1 hour')).count().select(F.windowTime('window').cast('string').as('end'));
    expect(await ends.collect()).to.deep.equal([{ end: '1970-01-01 00:59:59.999999' }]);
  });

  it('of generators', async () => {
    const rows = (...columns: readonly Column[]) =>
      spark
        .range(1)
        .select(...columns)
        .collect();
    expect(await rows(F.explode(numbers))).to.deep.equal([{ col: 3 }, { col: 1 }, { col: 2 }]);
    expect(await rows(F.posexplode(F.array(lit('a'))))).to.deep.equal([{ pos: 0, col: 'a' }]);
    expect(await rows(F.explodeOuter(lit(null).cast('array<int>')))).to.deep.equal([{ col: null }]);
    expect(await rows(F.inline(F.array(F.struct(lit(1).as('a')))))).to.deep.equal([{ a: 1 }]);
    expect(await rows(F.stack(lit(2), lit(1), lit(2)))).to.deep.equal([{ col0: 1 }, { col0: 2 }]);
    expect(await rows(F.jsonTuple(lit('{"a":1}'), 'a'))).to.deep.equal([{ c0: '1' }]);
    expect(await rows(F.explode(map).as(['k', 'v']))).to.deep.equal([
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
    ]);
  });

  it('of formats with types of ours', async () => {
    const schema = parseDDL('a ARRAY<STRUCT<b: DECIMAL(4,1)>>, c MAP<STRING, DATE>');
    const value = F.fromJson(lit('{"a":[{"b":1.5}],"c":{"k":"2026-02-28"}}'), schema);
    const [row] = await spark.range(1).select(F.toJson(value).as('json')).collect();
    expect(row).to.deep.equal({ json: '{"a":[{"b":1.5}],"c":{"k":"2026-02-28"}}' });
    const typed = await spark
      .range(1)
      .select(F.fromJson(lit('[1]'), T.array(T.long())).as('v'))
      .first();
    expect(typed).to.deep.equal({ v: [1n] });
  });
});
