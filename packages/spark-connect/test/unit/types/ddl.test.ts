import { expect } from 'chai';
import { parseDataType, parseDDL, StructType, simpleString, sqlType, types as T } from '../../../src/types/index.ts';

describe('parseDDL', () => {
  it('reads columns with nullability and comments', () => {
    const schema = parseDDL("a INT NOT NULL COMMENT 'it\\'s', `b ``c` DECIMAL(10,2), c: STRUCT<x: ARRAY<INT>> NULL");
    expect(schema.fields).to.deep.equal([
      { name: 'a', dataType: { kind: 'integer' }, nullable: false, metadata: { comment: "it's" } },
      { name: 'b `c', dataType: { kind: 'decimal', precision: 10, scale: 2 }, nullable: true, metadata: {} },
      {
        name: 'c',
        dataType: new StructType([T.field('x', T.array(T.int()))]),
        nullable: true,
        metadata: {},
      },
    ]);
  });

  const spellings: ReadonlyArray<readonly [string, string]> = [
    ['tinyint', 'tinyint'],
    ['BYTE', 'tinyint'],
    ['short', 'smallint'],
    ['integer', 'int'],
    ['long', 'bigint'],
    ['real', 'float'],
    ['dec', 'decimal(10,0)'],
    ['numeric(38)', 'decimal(38,0)'],
    ['string collate UNICODE_CI', 'string collate UNICODE_CI'],
    ['string collate utf8_binary', 'string'],
    ['char(3)', 'char(3)'],
    ['varchar(7)', 'varchar(7)'],
    ['timestamp_ltz', 'timestamp'],
    ['timestamp_ntz', 'timestamp_ntz'],
    ['timestamp without time zone', 'timestamp_ntz'],
    ['timestamp with local time zone', 'timestamp'],
    ['time(3) without time zone', 'time(3)'],
    ['string collate system.`Builtin`.UNICODE', 'string collate UNICODE'],
    ['array< /* of */ int -- s\n>', 'array<int>'],
    ['time', 'time(6)'],
    ['time(0)', 'time(0)'],
    ['void', 'void'],
    ['variant', 'variant'],
    ['geometry(4326)', 'geometry(4326)'],
    ['GEOMETRY ( 0 )', 'geometry(0)'],
    ['Geography(Any)', 'geography(any)'],
    ['interval', 'interval'],
    ['interval day to second', 'interval day to second'],
    ['INTERVAL HOUR', 'interval hour'],
    ['interval year to month', 'interval year to month'],
    ['map<string,array<map<int,struct<>>>>', 'map<string,array<map<int,struct<>>>>'],
  ];
  for (const [text, simple] of spellings) {
    it(`reads ${text}, and what it is printed as`, () => {
      const type = parseDataType(text);
      expect(simpleString(type)).to.equal(simple);
      expect(parseDataType(sqlType(type))).to.deep.equal(type);
    });
  }

  it('reads names that begin with a digit', () => {
    expect(parseDDL('1a INT, 12_3 INT, 1e5x INT, s STRUCT<0x1F: INT>').simpleString()).to.equal(
      'struct<1a:int,12_3:int,1e5x:int,s:struct<0x1F:int>>',
    );
  });

  it('passes over comments', () => {
    expect(parseDDL("--of\na/*b /* '*/ c*/INT -- d \\\n e,\r\n, b INT COMMENT '-- /*' --").fields).to.deep.equal([
      T.field('a', T.int()),
      T.field('b', T.int(), true, { comment: '-- /*' }),
    ]);
    expect(parseDDL('/* nothing */').fields).to.deep.equal([]);
  });

  it('reads a struct as its columns', () => {
    const schema = parseDDL('a INT, b STRUCT<c: STRING>');
    expect(parseDDL(schema.simpleString())).to.deep.equal(schema);
    expect(parseDDL(" STRUCT <1a INT NOT NULL COMMENT 'x'> ")).to.deep.equal(parseDDL("1a INT NOT NULL COMMENT 'x'"));
    expect(parseDDL('struct<>').fields).to.deep.equal([]);
    expect(parseDDL('struct INT').names).to.deep.equal(['struct']);
  });

  const comments: ReadonlyArray<readonly [string, string]> = [
    [String.raw`'\u0041\101\U0001F600 \uD83D\uDE00'`, 'AA😀 😀'],
    [String.raw`'\%x\_'`, String.raw`\%x\_`],
    [String.raw`'\0\Z\b\n\r\t\f\v\q\\u0041'`, '\0\u001a\b\n\r\tfvq\\u0041'],
    [String.raw`'\u004\400\1\08'`, 'u0044001\0' + '8'],
    [String.raw`r'x\n' R"it's"`, String.raw`x\nit's`],
    [`'it''s ""' "''""x" 'b'`, `it's ""''"xb`],
    ["r'x''y'", 'xy'],
  ];
  for (const [text, comment] of comments) {
    it(`reads the comment ${text}`, () => {
      const schema = parseDDL(`a INT COMMENT ${text} NOT NULL`);
      expect(schema.fields).to.deep.equal([T.field('a', T.int(), false, { comment })]);
      expect(parseDDL(schema.toDDL())).to.deep.equal(schema);
    });
  }

  it('reads its own output', () => {
    const schema = new StructType()
      .add('id', T.long(), false, { comment: "a 'quoted' \\ text\nof two lines" })
      .add('näme with `ticks`', 'string collate UTF8_LCASE not null')
      .add('s', new StructType([T.field('inner one', T.map(T.string(), T.decimal(5, 5)), false)]));
    expect(parseDDL(schema.toDDL())).to.deep.equal(schema);
    expect(parseDDL(' ').fields).to.deep.equal([]);
  });

  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ['a INT, b NOPE', /NOPE is not a type that Spark has at position 10 /],
    ['a INT b INT', /expected the end or a comma, found "b" at position 7 /],
    ['a STRUCT<x INT', /expected ">", found the end at position 15 /],
    ['a INT NOT', /expected NULL, found the end/],
    ['a DECIMAL(39,1)', /precision .* from 1 to 38, not 39 at position 3 /],
    ['a DECIMAL(3,4)', /scale of a decimal\(3\)/],
    ['a INT COMMENT x', /expected the comment's text in quotes/],
    ['a INTERVAL SECOND TO DAY', /expected a smaller unit/],
    ['a INTERVAL YEAR TO SECOND', /expected a smaller unit/],
    ["a INT COMMENT 'open", /cannot read "'" at position 15 /],
    ['a %', /cannot read "%" at position 3 /],
    ['a INT,', /expected a column name, found the end/],
    ['a CHAR', /CHAR is not a type/],
    ['a VARCHAR(1,2)', /VARCHAR is not a type/],
    ['a DECIMAL(1,1,1)', /expected two numbers at most, found "1"/],
    ['a GEOMETRY', /expected "\(", found the end/],
    ['a GEOMETRY(`any`)', /expected an SRID or ANY, found "any"/],
    ['a GEOGRAPHY(ANY, 1)', /expected "\)", found ","/],
    ['a GEOMETRY(4294967296)', /the SRID of a geometry is a whole number .* not 4294967296 at position 3 /],
    ['1L INT', /expected a column name, found "1L"/],
    ['1e5 INT', /expected a column name, found "1e5"/],
    ['a DECIMAL(1e1)', /expected a number, found "1e1"/],
    ['a TIME(7)', /precision of a time/],
    ['a TIME(3) WITHOUT ZONE', /^expected TIME, found "ZONE" at position 19 /],
    ['a STRING COLLATE system.UNICODE', /expected SYSTEM.BUILTIN and the name of a collation, found the end/],
    ['a STRING COLLATE system.nope.UNICODE', /expected SYSTEM.BUILTIN/],
    ['a INT /* open /* */', /this comment has no end at position 7 /],
    ['a /*+ hint */ INT', /cannot read "\/" at position 3 /],
    ["a INT COMMENT '\\U00110000'", /1114112 at position 15 /],
    ['int', /expected a type \(a schema names its columns, as in "value INT"\), found the end/],
    ['array<int>', /a schema names its columns, as in "value INT": a type alone at position 1 /],
    ['decimal(10,2)', /a type alone/],
    ['struct<a: INT>, b INT', /expected the end, found ","/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text}`, () => {
      expect(() => parseDDL(text))
        .to.throw(message)
        .with.property('code', 'invalid-argument');
    });
  }

  it('points at the place', () => {
    expect(() => parseDDL('a INT, b NOPE')).to.throw('\na INT, b NOPE\n         ^');
  });
});
