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
    ['time', 'time(6)'],
    ['time(0)', 'time(0)'],
    ['void', 'void'],
    ['variant', 'variant'],
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
