// Schemas as text: what the client reads of it, beside what the server reads.
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { analyzeTreeString } from '../../src/api/analyze.ts';
import {
  AnalyzePlanRequest_DDLParseSchema as DdlParseSchema,
  AnalyzePlanRequest_JsonToDDLSchema as JsonToDdlSchema,
} from '../../src/gen/spark/connect/base_pb.js';
import {
  type DataType,
  parseDDL,
  SparkConnectError,
  type SparkSession,
  StructType,
  types as T,
} from '../../src/index.ts';
import { fromProto } from '../../src/types/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

/** Read by all servers. */
const EVERYWHERE: readonly string[] = [
  '',
  '/* nothing */',
  'a int',
  'a: int',
  'a : int , b : array < int >',
  'A INT, a STRING',
  'a\tint\n,\r\nb int',
  '1a int',
  '1c INT, 12_3x int',
  '1_000 int',
  '1e5x int, 1e5L int, 1dd int, 0x1F int',
  '_1 int, __ int, a1b2 int',
  '`a``b` int, `1.5` int, `-- x` int',
  'select int, from int, not int, comment int',
  "comment string comment 'comment'",
  'struct int, array int, map int, time int, zone int, r string',
  'struct<a:int>',
  ' struct < a:int > ',
  'struct<>',
  'STRUCT<1a:int,`b c`:string>',
  'struct<a: struct<b: int>>',
  "struct<a int comment 'x', b: string not null>",
  'a struct<1a int, 2b: string>',
  'a struct<>, b struct< >',
  "a struct<b int not null comment 'x'> comment 'y'",
  'a array<array<int>>, b map<int,map<int,int>>',
  'a boolean, b tinyint, c byte, d smallint, e short, f int, g integer, h bigint, i long',
  'a float, b real, c double, d date, e timestamp, f timestamp_ltz, g timestamp_ntz, h binary, i void',
  'a decimal, b dec(3), c numeric(3,1), d decimal(010 , 2 )',
  'a char(3), b character(03), c varchar (3), d string',
  'a interval, b interval day, c interval hour to minute, d interval year, e interval year to month',
  'a int not null, b int not  null, c INT NOT NULL COMMENT "x"',
  'a int -- x',
  'a int -- x\n, b int',
  'a int -- x \\\n y\n, b int',
  'a int --',
  '--x\na int',
  'a /* x */ int',
  'a /* x /* y */ z */ int',
  '/**/a/**/int',
  "a int /* 'x' -- */ comment '/* no */ -- no'",
  "a int comment r'x\\n'",
  'a int comment R"x\\"',
  'a int comment "it\'s"',
  "a int comment 'it\\'s \\\"'",
  "a int comment '\\u0041\\101\\U0001F600'",
  "a int comment '\\uD83D\\uDE00 \\u00e4 \\u00E4'",
  "a int comment '\\\\u0041'",
  "a int comment '\\%x\\_'",
  "a int comment '\\0\\Z\\b\\n\\r\\t\\f\\v\\q\\\\'",
  "a int comment '\\u004'",
  "a int comment '\\400 \\1 \\08 \\777 \\177'",
  "a int comment '\\\n'",
  "a int comment 'line\nbreak'",
];

const SINCE_4_1: readonly string[] = [
  'a timestamp without time zone not null',
  'a time, b time (3), c time(3) without time zone, d time without time zone',
  'a variant',
  'a string collate UNICODE, b array<string collate UTF8_LCASE>',
  'a string collate system.builtin.UNICODE',
  'a string collate system.BUILTIN.UNICODE_CI',
  'a string collate `system` . `builtin` . UNICODE',
  "a int comment 'x' 'y'",
  "a int comment r'x' 'y' \"z\\n\"",
  "a int comment r'x''y'",
  "a int comment 'x''y'",
  'a int comment "x""y"',
];

const SINCE_4_2: readonly string[] = ['a timestamp with local time zone'];

/** Since Spark 4.1, where they are switched on. */
const SHAPES: readonly string[] = [
  'a geometry(0), b GEOMETRY ( 4326 ), c geometry(3857) not null',
  'a geography(4326), b geography(any), c Geometry(Any)',
  "a array<geometry(any)>, b map<string,geography(4326)>, c struct<d: geometry(0) comment 'x'>",
];

/** Read by none. */
const NOWHERE: readonly string[] = [
  'a',
  'a int,',
  'a b c',
  'a.b int',
  'a-b int',
  'a:int:b',
  'a int;',
  '1 int',
  '1L int',
  '1e5 int',
  '1d int',
  '1.5 int',
  '1bd int',
  "'a' int",
  'a nope',
  'a `int`',
  'a char',
  'a int(3)',
  'a decimal()',
  'a decimal(1e1)',
  'a decimal(10L)',
  'a decimal(10,-2)',
  'a decimal(39)',
  'a timestamp without timezone',
  'a timestamp with time zone',
  'a timestamp_ltz without time zone',
  'a time(3) without time',
  'a time(7)',
  'a interval days',
  'a interval second to day',
  'a interval day to month',
  'a array<int not null>',
  'a array<1 int>',
  'a map<string,int',
  'a string collate builtin.UNICODE',
  'a string collate foo.bar.UNICODE',
  'a geometry',
  'a geometry()',
  'a geometry(-1)',
  'a geometry(`any`)',
  'a geography(any, 1)',
  'a /* x',
  'a /* x /* y */ int',
  'a /*+ hint */ int',
  'a int comment',
  'a int comment x',
  "a int comment r 'x'",
  "a int comment 'x",
  'struct',
  'struct<a:int>>',
  'struct<a:int>, b int',
  'struct<a:int> not null',
  'array<int> x',
  '`a int',
];

describe('the text of a schema', () => {
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
  });
  after(() => spark.stop());

  /** What the server reads; undefined where it refuses the text. */
  async function parsedThere(ddlString: string): Promise<DataType | undefined> {
    try {
      const result = await spark.client.analyze({ case: 'ddlParse', value: create(DdlParseSchema, { ddlString }) });
      return result.case === 'ddlParse' && result.value.parsed ? fromProto(result.value.parsed) : undefined;
    } catch (error) {
      if (error instanceof SparkConnectError && /^\s*\[/.test(error.message)) return undefined;
      throw error;
    }
  }

  async function expectSame(texts: readonly string[]): Promise<void> {
    for (const text of texts) expect(parseDDL(text), text).to.deep.equal(await parsedThere(text));
  }

  it('means here what it means there', () => expectSame(EVERYWHERE));

  it('means here what it means there, since Spark 4.1', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    await expectSame(SINCE_4_1);
  });

  it('means here what it means there, since Spark 4.2', async function () {
    if (!(await isAtLeast(spark, '4.2'))) this.skip();
    await expectSame(SINCE_4_2);
  });

  it('means here what it means there of shapes, as DDL and as JSON', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    await spark.conf.set('spark.sql.geospatial.enabled', 'true');
    try {
      await expectSame(SHAPES);
      for (const text of SHAPES) {
        const schema = parseDDL(text);
        expect(parseDDL(await asDdlThere(schema.json())), text).to.deep.equal(schema);
        expect(await spark.createDataFrame([], schema).schema(), text).to.deep.equal(schema);
      }
      if (await isAtLeast(spark, '4.2')) await expectKnownSystems();
    } finally {
      await spark.conf.unset('spark.sql.geospatial.enabled');
    }
  });

  /** Spark 4.2 knows thousands of reference systems: by EPSG's names, by ESRI's, and by a few of others. */
  async function expectKnownSystems(): Promise<void> {
    for (const srid of [2000, 2181, 2187, 4267, 4269, 4305, 26_790, 32_060, 32_633, 37_001, 102_100]) {
      const schema = new StructType([T.field('g', T.geometry(srid))]);
      expect(parseDDL(await asDdlThere(schema.json()))).to.deep.equal(schema);
    }
  }

  async function asDdlThere(jsonString: string): Promise<string> {
    const result = await spark.client.analyze({ case: 'jsonToDdl', value: create(JsonToDdlSchema, { jsonString }) });
    return result.case === 'jsonToDdl' ? result.value.ddlString : '';
  }

  it('is refused here where it is refused there', async () => {
    for (const text of NOWHERE) {
      expect(await parsedThere(text), text).to.equal(undefined);
      expect(() => parseDDL(text), text)
        .to.throw(SparkConnectError)
        .with.property('code', 'invalid-argument');
    }
  });

  it('may be what another schema says of itself', async () => {
    const schema = parseDDL('1a INT, s STRUCT<b: ARRAY<STRING>>');
    const frame = spark.createDataFrame([[1, { b: ['x'] }]], schema.simpleString());
    expect(await frame.schema()).to.deep.equal(schema);
    expect(await frame.to('struct<1a: bigint /* wider */>').collect()).to.deep.equal([{ '1a': 1n }]);
  });

  it('is drawn as there, with what cannot be seen of names', async () => {
    const schema = new StructType([T.field('a\nb\r\t\f\b\v\u0007\\ä', T.struct([T.field('c\nd', T.int())]))]);
    const frame = spark.createDataFrame([], schema);
    expect(schema.treeString()).to.equal(await analyzeTreeString(spark.client, frame.node));
  });
});
