import { tableFromArrays } from 'apache-arrow';
import { expect } from 'chai';
import { isToldByArrow } from '../../src/arrow/index.ts';
import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  Geography,
  Geometry,
  LocalDate,
  LocalDateTime,
  LocalTime,
  lit,
  parseDDL,
  rowValues,
  type SparkSession,
  types as T,
  Timestamp,
  Variant,
  YearMonthInterval,
} from '../../src/index.ts';
import type { LiteralValue } from '../../src/plan/literals.ts';
import { simpleString } from '../../src/types/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

/** What SQL says, the type it has, and the value that must arrive. */
type Case = readonly [sql: string, type: string, value: unknown];

const EVERYWHERE: readonly Case[] = [
  ['cast(-128 as tinyint)', 'tinyint', -128],
  ['cast(32767 as smallint)', 'smallint', 32_767],
  ['-2147483648', 'int', -(2 ** 31)],
  ['-9223372036854775807L - 1L', 'bigint', -(2n ** 63n)],
  ['9223372036854775807L', 'bigint', 2n ** 63n - 1n],
  ["float('NaN')", 'float', Number.NaN],
  ['float(1.5)', 'float', 1.5],
  ["double('-Infinity')", 'double', Number.NEGATIVE_INFINITY],
  ['4.9E-324D', 'double', Number.MIN_VALUE],
  ["decimal('0')", 'decimal(10,0)', new Decimal(0n, 0)],
  [`cast('${'9'.repeat(20)}.${'9'.repeat(18)}' as decimal(38,18))`, 'decimal(38,18)', new Decimal(10n ** 38n - 1n, 18)],
  [
    `cast('-${'9'.repeat(20)}.${'9'.repeat(18)}' as decimal(38,18))`,
    'decimal(38,18)',
    new Decimal(1n - 10n ** 38n, 18),
  ],
  ["cast('-0.00001' as decimal(5,5))", 'decimal(5,5)', new Decimal(-1n, 5)],
  ["'grün – 🎉, and more than twelve bytes'", 'string', 'grün – 🎉, and more than twelve bytes'],
  ["''", 'string', ''],
  ["X'00FF'", 'binary', Uint8Array.of(0, 255)],
  ['true', 'boolean', true],
  ["date'0001-01-01'", 'date', LocalDate.parse('0001-01-01')],
  ["date'9999-12-31'", 'date', LocalDate.parse('9999-12-31')],
  ["timestamp'0001-01-01 00:00:00Z'", 'timestamp', Timestamp.parse('0001-01-01T00:00:00Z')],
  ["timestamp'9999-12-31 23:59:59.999999Z'", 'timestamp', Timestamp.parse('9999-12-31T23:59:59.999999Z')],
  ["timestamp_ntz'1969-12-31 23:59:59.999999'", 'timestamp_ntz', new LocalDateTime(-1n)],
  ["interval '-1 02:03:04.000005' day to second", 'interval day to second', new DayTimeInterval(-93_784_000_005n)],
  ["interval '-1-2' year to month", 'interval year to month', new YearMonthInterval(-14)],
  ['array(1, null, 3)', 'array<int>', [1, null, 3]],
  ['array()', 'array<void>', []],
  [
    "map('k', array(named_struct('z', 1.5bd)), 'n', null)",
    'map<string,array<struct<z:decimal(2,1)>>>',
    new Map([
      ['k', [{ z: new Decimal(15n, 1) }]],
      ['n', null],
    ] as Array<[string, unknown]>),
  ],
  [
    "named_struct('x', null, 'y', named_struct('deep', array(array('a', null), null)))",
    'struct<x:void,y:struct<deep:array<array<string>>>>',
    { x: null, y: { deep: [['a', null], null] } },
  ],
  ['null', 'void', null],
];

const SINCE_4: readonly Case[] = [
  // 3.5 refuses to turn this one into Arrow.
  ['make_interval(1, 2, 0, 3, 4, 5, 6.7)', 'interval', new CalendarInterval(14, 3, 14_706_700_000n)],
  ["'COLL' collate unicode_ci", 'string collate UNICODE_CI', 'COLL'],
  ["parse_json('7')", 'variant', new Variant(Uint8Array.of(0x0c, 7), Uint8Array.of(1, 0, 0))],
];

describe('values from and to a server', () => {
  let spark: SparkSession;

  before(async () => {
    // A zone with an offset and with summer time: no value may depend on it.
    spark = await openSession({ 'spark.sql.session.timeZone': 'America/New_York' });
  });
  after(() => spark.stop());

  async function expectValues(cases: readonly Case[]): Promise<void> {
    const columns = cases.map(([sql], index) => `${sql} as c${index}`);
    const result = await spark.sql(`select ${columns.join(', ')}`);
    const schema = await result.schema();
    expect(schema.fields.map(({ dataType }) => parseDDL('x INT').add('t', dataType).simpleString())).to.deep.equal(
      cases.map(([, type]) => `struct<x:int,t:${type}>`),
    );
    const [row] = await result.collect();
    for (const [index, [sql, , value]] of cases.entries()) expect(row?.[`c${index}`], sql).to.deep.equal(value);
  }

  it('arrive exactly, at both ends of every type', () => expectValues(EVERYWHERE));

  it('arrive exactly, in the types of Spark 4', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    await expectValues(SINCE_4);
  });

  it('arrive as null next to values, in every type and depth', async () => {
    const typed = EVERYWHERE.filter(([, type]) => type !== 'void');
    const columns = typed.map(([sql], index) => `if(id % ${(index % 5) + 2} = 0, null, ${sql}) as c${index}`);
    const rows = await (await spark.sql(`select id, ${columns.join(', ')} from range(0, 3000, 1, 1)`)).collect();
    expect(rows.length).to.equal(3000);
    for (const { id, ...values } of rows) {
      for (const [index, [, , value]] of typed.entries()) {
        const expected = Number(id) % ((index % 5) + 2) === 0 ? null : value;
        const actual = values[`c${index}`];
        if (actual !== expected) expect(actual, `row ${id}, c${index}`).to.deep.equal(expected);
      }
    }
  });

  it('keep repeated and numeric column names apart', async () => {
    const [row = {}] = await (await spark.sql('select 2 as `2`, 1 as `1`, 3 as a, 4 as a')).collect();
    expect(rowValues(row)).to.deep.equal([2, 1, 3, 4]);
    expect(row).to.deep.equal({ 1: 1, 2: 2, a: 3 });
  });

  it('come back as they were sent', async () => {
    const sendable = EVERYWHERE.filter(
      ([, type]) => !['array<void>', 'struct<x:void,y:struct<deep:array<array<string>>>>'].includes(type),
    );
    const ddl = sendable.map(([, type], index) => `c${index} ${type}`).join(', ');
    const rows = [
      sendable.map(([, , value]) => value),
      sendable.map(() => null),
      ...Array.from({ length: 70 }, (_, row) =>
        sendable.map(([, , value], index) => ((row + index) % 3 ? value : null)),
      ),
    ];
    const sent = spark.createDataFrame(rows, parseDDL(ddl));
    expect((await sent.collect()).map(rowValues)).to.deep.equal(rows);
  });

  it('keep their types, and what may be null, where only the rows tell the server of them', async () => {
    const atoms = EVERYWHERE.filter(([, type]) => isToldByArrow(parseDDL(`v ${type}`)));
    expect(atoms).to.have.length.greaterThan(20);
    const columns = atoms.flatMap(([, type], index) => [`n${index} ${type}`, `\`Ä ${index}\` ${type} NOT NULL`]);
    const schema = parseDDL(columns.join(', '));
    const full = atoms.flatMap(([, , value]) => [value, value]);
    const holes = atoms.flatMap(([, , value]) => [null, value]);
    const frame = spark.createDataFrame([full, holes], schema);
    expect((await frame.schema()).json()).to.equal(schema.json());
    expect((await frame.collect()).map(rowValues)).to.deep.equal([full, holes]);
  });

  it('mean on the server what they mean here', async () => {
    const schema = parseDDL(
      't TIMESTAMP, n TIMESTAMP_NTZ, d DATE, de DECIMAL(38,18), i INTERVAL DAY TO SECOND, b BINARY',
    );
    const row = [
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999',
      '0001-01-01',
      '-99999999999999999999.5',
      new DayTimeInterval(-1n),
      Uint8Array.of(0, 255),
    ];
    const frame = spark.createDataFrame([row], schema);
    const [same] = await frame
      .selectExpr(
        "t = timestamp'0001-01-01 00:00:00Z'",
        "n = timestamp_ntz'9999-12-31 23:59:59.999999'",
        "d = date'0001-01-01'",
        'de = -99999999999999999999.5BD',
        "i = interval '-0.000001' second",
        "b = X'00FF'",
      )
      .toDF('t', 'n', 'd', 'de', 'i', 'b')
      .collect();
    expect(same).to.deep.equal({ t: true, n: true, d: true, de: true, i: true, b: true });
  });

  it('travel as TIME and INTERVAL where the server has them', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    await spark.conf.set('spark.sql.timeType.enabled', 'true');
    const rows = [
      { t: LocalTime.parse('23:59:59.999999'), i: new CalendarInterval(-14, 3, 5n) },
      { t: null, i: null },
      { t: LocalTime.parse('00:00'), i: new CalendarInterval(0, 0, 0n) },
    ];
    expect(await spark.createDataFrame(rows, 't TIME, i INTERVAL').collect()).to.deep.equal(rows);
    const seconds = [{ t: LocalTime.parse('23:59:59') }];
    expect(await spark.createDataFrame(seconds, 't TIME(0)').collect()).to.deep.equal(seconds);
  });

  it('are unpacked from variants', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const json = `{"a":[1,300,70000,5000000000,1.25,true,null,"ä"],"b":{"long":"${'x'.repeat(100)}"},"e":{},"f":[]}`;
    const row = await (
      await spark.sql(
        `SELECT parse_json(:json) AS j, cast(date'2026-02-28' AS variant) AS d, cast(timestamp'2026-02-28 01:02:03Z' AS variant) AS t,
         cast(timestamp_ntz'2026-02-28 01:02:03' AS variant) AS n, cast(float(1.5) AS variant) AS f, cast(1.5D AS variant) AS g,
         cast(X'00FF' AS variant) AS b, cast(-12345678901234567890.5BD AS variant) AS big, cast(-1234567890123.5BD AS variant) AS mid,
         parse_json(to_json(map_from_arrays(transform(sequence(1, 300), x -> concat('k', x)), sequence(1, 300)))) AS many`,
        { json },
      )
    ).first<Record<string, Variant>>();
    const unpacked = Object.fromEntries(Object.entries(row ?? {}).map(([name, variant]) => [name, variant.unpack()]));
    const { j, many, ...rest } = unpacked;
    expect(j).to.deep.equal({
      a: [1, 300, 70_000, 5_000_000_000n, new Decimal(125n, 2), true, null, 'ä'],
      b: { long: 'x'.repeat(100) },
      e: {},
      f: [],
    });
    expect(many).to.deep.equal(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i + 1}`, i + 1])));
    expect(rest).to.deep.equal({
      d: LocalDate.parse('2026-02-28'),
      t: Timestamp.parse('2026-02-28T01:02:03Z'),
      n: LocalDateTime.parse('2026-02-28T01:02:03'),
      f: 1.5,
      g: 1.5,
      b: Uint8Array.of(0, 255),
      big: new Decimal(-123456789012345678905n, 1),
      mid: new Decimal(-12345678901235n, 1),
    });
    const text = JSON.stringify(row?.j);
    expect(JSON.parse(text)).to.deep.equal(JSON.parse(json));
    expect(() => new Variant(Uint8Array.of(0x0c), Uint8Array.of(1, 0, 0)).unpack()).to.throw('cut off');
  });

  it('are variants again where variants were sent', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const frame = await spark.sql(
      `SELECT parse_json('{"a": [1, null, "x"]}') AS v, array(parse_json('1'), null) AS a, map('k', parse_json('null')) AS m,
       named_struct('v', cast(null AS variant), 'w', cast(date'2026-02-28' AS variant)) AS s`,
    );
    const rows = [...(await frame.collect()), { v: null, a: null, m: null, s: null }];
    const schema = (await frame.schema()).toNullable();
    const sent = spark.createDataFrame(rows, schema);
    expect(await sent.schema()).to.deep.equal(schema);
    expect(await sent.collect()).to.deep.equal(rows);
    expect(await sent.selectExpr('v:a[2]::string AS x', 'a[0]::int AS y', 'to_json(s) AS s').collect()).to.deep.equal([
      { x: 'x', y: 1, s: '{"w":"2026-02-28"}' },
      { x: null, y: null, s: null },
    ]);
    expect(await spark.createDataFrame(await sent.toArrow()).collect()).to.deep.equal(rows);
    const inferred = spark.createDataFrame(rows.map(({ v }) => ({ v })));
    expect((await inferred.schema()).toDDL()).to.equal('v VARIANT');
    expect(await inferred.collect()).to.deep.equal(rows.map(({ v }) => ({ v })));
  });

  it('arrive from compressed batches', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    // Not many: the server's LZ4 is slow.
    const plain = await spark.range(2_000).selectExpr('id', "concat('ward ', id % 7) AS ward").collect();
    try {
      for (const codec of ['lz4', 'zstd']) {
        await spark.conf.set('spark.sql.execution.arrow.compression.codec', codec);
        const packed = spark.range(2_000).selectExpr('id', "concat('ward ', id % 7) AS ward");
        expect(await packed.collect(), codec).to.deep.equal(plain);
        const table = await packed.toArrow();
        expect(table.getChild('ward')?.get(1_999), codec).to.equal(`ward ${1_999 % 7}`);
      }
    } finally {
      await spark.conf.unset('spark.sql.execution.arrow.compression.codec');
    }
  });

  it('arrive from compressed batches that hold next to nothing', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    const queries = ['SELECT id FROM range(0)', "SELECT '' AS s", 'SELECT cast(null AS STRING) AS s FROM range(2)'];
    const results = () =>
      Promise.all(
        queries.map(async (query) => {
          const frame = await spark.sql(query);
          return [await frame.collect(), (await frame.toArrow()).numRows];
        }),
      );
    const plain = await results();
    try {
      for (const codec of ['lz4', 'zstd']) {
        await spark.conf.set('spark.sql.execution.arrow.compression.codec', codec);
        expect(await results(), codec).to.deep.equal(plain);
      }
    } finally {
      await spark.conf.unset('spark.sql.execution.arrow.compression.codec');
    }
  });

  it('come from an Arrow table', async () => {
    const table = tableFromArrays({ id: Int32Array.of(1, 2), weight: Float64Array.of(70.5, 81) });
    const frame = spark.createDataFrame(table);
    expect(await frame.dtypes()).to.deep.equal([
      ['id', 'int'],
      ['weight', 'double'],
    ]);
    expect(await frame.collect()).to.deep.equal([
      { id: 1, weight: 70.5 },
      { id: 2, weight: 81 },
    ]);
    expect(await spark.createDataFrame(table, 'weight FLOAT, id BIGINT').collect()).to.deep.equal([
      { weight: 70.5, id: 1n },
      { weight: 81, id: 2n },
    ]);
    const back = await spark.createDataFrame(await frame.toArrow()).collect();
    expect(back).to.deep.equal(await frame.collect());
    expect(() => spark.createDataFrame(tableFromArrays({ id: Uint32Array.of(1) }))).to.throw('column id');
  });

  describe('that are shapes', () => {
    const wkb = Uint8Array.from(Buffer.from('0101000000000000000000F03F0000000000000040', 'hex'));
    const point = "X'0101000000000000000000F03F0000000000000040'";
    const place = new Geometry(wkb, 0);
    const onGlobe = new Geography(wkb, 4326);
    let geo: SparkSession;

    before(async function () {
      if (!(await isAtLeast(spark, '4.1'))) this.skip();
      geo = await openSession({ 'spark.sql.geospatial.enabled': 'true' });
    });
    after(() => geo?.stop());

    const shapes = () =>
      geo.sql(`SELECT st_geomfromwkb(${point}) AS g, cast(st_geogfromwkb(${point}) AS geography(any)) AS a,
        array(st_geogfromwkb(${point}), null) AS l, map('k', st_geomfromwkb(${point})) AS m,
        named_struct('x', cast(st_geogfromwkb(${point}) AS geometry(4326)), 'n', cast(null AS geometry(any))) AS s`);
    const row = {
      g: place,
      a: onGlobe,
      l: [onGlobe, null],
      m: new Map([['k', place]]),
      s: { x: new Geometry(wkb, 4326), n: null },
    };

    it('arrive with their reference systems, in every depth', async () => {
      expect(await (await shapes()).collect()).to.deep.equal([row]);
    });

    it('come back as they were sent, and their schema too', async () => {
      const schema = await (await shapes()).schema();
      expect(schema.simpleString()).to.equal(
        'struct<g:geometry(0),a:geography(any),l:array<geography(4326)>,m:map<string,geometry(0)>,' +
          's:struct<x:geometry(4326),n:geometry(any)>>',
      );
      const sent = geo.createDataFrame([row], schema);
      expect(await sent.schema()).to.deep.equal(schema);
      expect(await sent.collect()).to.deep.equal([row]);
      expect(await sent.selectExpr('st_srid(a) AS srid', 'st_asbinary(s.x) AS wkb').collect()).to.deep.equal([
        { srid: 4326, wkb },
      ]);
      const nothing = geo.createDataFrame([], schema);
      expect(await nothing.schema()).to.deep.equal(schema);
      const table = geo.createDataFrame(await sent.toArrow());
      expect(await table.collect()).to.deep.equal([row]);
    });

    it('have the types that are inferred for them', async () => {
      const frame = geo.createDataFrame([
        { g: place, h: place, c: onGlobe },
        { g: place, h: new Geometry(wkb, 3857), c: null },
      ]);
      expect((await frame.schema()).toDDL()).to.equal('g GEOMETRY(0),h GEOMETRY(ANY),c GEOGRAPHY(4326)');
      expect(await frame.selectExpr('st_srid(g) AS g', 'st_srid(h) AS h', 'st_srid(c) AS c').collect()).to.deep.equal([
        { g: 0, h: 0, c: 4326 },
        { g: 0, h: 3857, c: null },
      ]);
    });
  });

  it('make a table also where columns of different types have the same name', async () => {
    const frame = (
      await spark.sql("SELECT id + 1 AS a, concat('x', id) AS a, id = 0 AS b FROM range(0, 4, 1, 2)")
    ).sort('b');
    const table = await frame.toArrow();
    const column = (index: number) => [...(table.getChildAt(index) ?? [])];
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
      'a Int64',
      'a Utf8',
      'b Bool',
    ]);
    expect([column(0), column(1)]).to.deep.equal([
      [2n, 3n, 4n, 1n],
      ['x1', 'x2', 'x3', 'x0'],
    ]);
    expect([...(table.slice(1, 3).getChildAt(1) ?? [])]).to.deep.equal(['x2', 'x3']);
    const back = spark.createDataFrame(table);
    expect((await back.collect()).map(rowValues)).to.deep.equal((await frame.collect()).map(rowValues));
  });

  it('are decimals also where a server makes scales below zero', async () => {
    const own = await openSession({ 'spark.sql.legacy.allowNegativeScaleOfDecimal': 'true' });
    try {
      const frame = await own.sql(
        'SELECT 1e5BD AS a, array(-12e30BD, null) AS b, if(id > 0, 1e5BD, null) AS c FROM range(1)',
      );
      expect((await frame.schema()).fields.slice(0, 1).map(({ dataType }) => dataType)).to.deep.equal([
        { kind: 'decimal', precision: 1, scale: -5 },
      ]);
      const row = { a: new Decimal(100_000n), b: [new Decimal(-12n * 10n ** 30n), null], c: null };
      expect(await frame.collect()).to.deep.equal([row]);
      expect(await own.createDataFrame(await frame.toArrow()).collect()).to.deep.equal([row]);
    } finally {
      await own.stop();
    }
  });

  it('are what literals say', async () => {
    const values = [
      new DayTimeInterval(-93_784_000_005n),
      new YearMonthInterval(-14),
      new Decimal(12345n, 2),
      LocalDate.parse('2026-02-28'),
      LocalDateTime.parse('2026-02-28T01:02:03.000004'),
      Timestamp.parse('2026-02-28T01:02:03.000004Z'),
      Uint8Array.of(0, 255),
      9007199254740993n,
    ];
    if (await isAtLeast(spark, '4.0')) values.push(new CalendarInterval(14, 3, 5n) as never);
    if (await isAtLeast(spark, '4.1')) values.push(LocalTime.parse('23:59:59.999999') as never);
    const columns = values.map((value, i) => lit(value).as(`c${i}`));
    const [row = {}] = await spark
      .range(1)
      .select(...columns)
      .collect();
    expect(rowValues(row)).to.deep.equal(values);
  });

  it('keep what is null in an array of a type', async () => {
    const cases = [
      [[1, null], T.array(T.int())],
      [[null, 'a', ''], T.array(T.string())],
      [[null, true], T.array(T.boolean())],
      [[null, LocalDate.parse('2026-02-28')], T.array(T.date())],
      [[new Decimal(150n, 2), null], T.array(T.decimal(10, 2))],
      [[[1n, null], null, []], T.array(T.array(T.long()))],
      [[null], T.array(T.double())],
      [[], T.array(T.short())],
      [[[1], []], T.array(T.array(T.int()))],
      [[1], T.array(T.int(), false)],
      [[], T.array(T.int(), false)],
    ] as const;
    const frame = spark.range(1).select(...cases.map(([value, type], i) => lit(value, type).as(`c${i}`)));
    const [row = {}] = await frame.collect();
    expect(rowValues(row)).to.deep.equal(cases.map(([value]) => value));
    const { fields } = await frame.schema();
    expect(fields.map(({ dataType }) => simpleString(dataType))).to.deep.equal(
      cases.map(([, type]) => simpleString(type)),
    );
    // As arguments of SQL 3.5 takes literals only.
    const full = lit([1, 2], T.array(T.int()));
    expect(await (await spark.sql('SELECT ? AS a', [full])).collect()).to.deep.equal([{ a: [1, 2] }]);
    if (!(await isAtLeast(spark, '4.0'))) return;
    const holes = [[1n], [2n, null], null];
    const args = [lit(holes, T.array(T.array(T.long())))];
    expect(await (await spark.sql('SELECT ? AS a', args)).collect()).to.deep.equal([{ a: holes }]);
  });

  it('have the type that a literal was given', async () => {
    const cases = [
      [new DayTimeInterval(172_800_000_000n), T.dayTimeInterval(0, 0)],
      [new DayTimeInterval(-86_460_000_000n), T.dayTimeInterval(1, 2)],
      [new YearMonthInterval(-24), T.yearMonthInterval(0, 0)],
      [[new YearMonthInterval(12), null], T.array(T.yearMonthInterval(0, 0))],
    ] as Array<readonly [LiteralValue, DataType]>;
    if (await isAtLeast(spark, '4.0')) cases.push(['a', T.string('UNICODE_CI')]);
    if (await isAtLeast(spark, '4.1')) {
      await spark.conf.set('spark.sql.timeType.enabled', 'true');
      cases.push([LocalTime.parse('12:00:01'), T.time(0)], [LocalTime.parse('12:00:01.002'), T.time(3)]);
      cases.push([[LocalTime.parse('12:00:01')], T.array(T.time(0))]);
    }
    const frame = spark.range(1).select(...cases.map(([value, type], i) => lit(value, type).as(`c${i}`)));
    const { fields } = await frame.schema();
    expect(fields.map(({ dataType }) => simpleString(dataType))).to.deep.equal(
      cases.map(([, type]) => simpleString(type)),
    );
    const [row = {}] = await frame.collect();
    expect(rowValues(row)).to.deep.equal(cases.map(([value]) => value));
  });

  it('print as the server prints them', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    await spark.conf.set('spark.sql.timeType.enabled', 'true');
    const values = [
      new CalendarInterval(-14, 25, -18_367_008_000n),
      new CalendarInterval(10, 0, 3_600_000_000n),
      new CalendarInterval(0, 0, 0n),
      new DayTimeInterval(-93_784_100_000n),
      new YearMonthInterval(-14),
      LocalTime.parse('12:00:00.100'),
      LocalDate.parse('2026-02-28'),
      new Decimal(-150n, 2),
    ];
    const columns = values.map((value, i) => lit(value).cast('string').as(`c${i}`));
    const [row = {}] = await spark
      .range(1)
      .select(...columns)
      .collect();
    expect(rowValues(row)).to.deep.equal(values.map(String));
  });

  it('arrive as no rows, with a schema', async () => {
    const empty = spark.createDataFrame([], 'id BIGINT NOT NULL, s STRING');
    expect(await empty.collect()).to.deep.equal([]);
    expect((await empty.schema()).toDDL()).to.equal('id BIGINT NOT NULL,s STRING');
  });
});
