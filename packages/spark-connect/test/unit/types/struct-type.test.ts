import { create, fromBinary, fromJson as messageFromJson, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { DataTypeSchema } from '../../../src/gen/spark/connect/types_pb.js';
import {
  type DataType,
  field,
  fromJson,
  fromProto,
  parseDDL,
  StructType,
  schemaFromProto,
  types as T,
  toJson,
  toProto,
} from '../../../src/types/index.ts';

const EVERY_TYPE: readonly DataType[] = [
  T.null(),
  T.boolean(),
  T.byte(),
  T.short(),
  T.int(),
  T.long(),
  T.float(),
  T.double(),
  T.decimal(38, 18),
  T.string(),
  T.char(3),
  T.varchar(9),
  T.binary(),
  T.date(),
  T.time(3),
  T.timestamp(),
  T.timestampNtz(),
  T.dayTimeInterval(),
  T.dayTimeInterval(1, 2),
  T.yearMonthInterval(),
  T.yearMonthInterval(1),
  T.calendarInterval(),
  T.variant(),
  T.geometry(0),
  T.geometry(-1),
  T.geometry(3857),
  T.geography(4326),
  T.geography(-1),
  T.array(T.int(), false),
  T.map(T.string(), T.array(T.double()), false),
  T.struct([field('a', T.int(), false, { comment: 'x' }), field('a', T.string())]),
];

describe('StructType', () => {
  it('is built without changing what was there', () => {
    const first = StructType.of({ id: 'bigint not null', name: T.string() });
    const second = first.add('tags', 'array<string>', false, { source: 'test' });
    expect(first.names).to.deep.equal(['id', 'name']);
    expect(second.toDDL()).to.equal('id BIGINT NOT NULL,name STRING,tags ARRAY<STRING> NOT NULL');
    expect(second.field('tags').metadata).to.deep.equal({ source: 'test' });
    expect(second.simpleString()).to.equal('struct<id:bigint,name:string,tags:array<string>>');
    expect(() => second.field('nope'))
      .to.throw('no column nope among id, name, tags')
      .with.property('code', 'not-found');
    expect(Object.isFrozen(first)).to.equal(true);
  });

  it('draws the tree as Spark does', () => {
    const schema = parseDDL('id BIGINT NOT NULL, m MAP<STRING, STRUCT<x: ARRAY<INT>>>, n TIMESTAMP_NTZ, g GEOMETRY(0)');
    expect(schema.treeString()).to.equal(
      [
        'root',
        ' |-- id: long (nullable = false)',
        ' |-- m: map (nullable = true)',
        ' |    |-- key: string',
        ' |    |-- value: struct (valueContainsNull = true)',
        ' |    |    |-- x: array (nullable = true)',
        ' |    |    |    |-- element: integer (containsNull = true)',
        ' |-- n: timestamp_ntz (nullable = true)',
        ' |-- g: geometry (nullable = true)',
        '',
      ].join('\n'),
    );
  });

  it('draws each column on a line of its own', () => {
    const inner = T.struct([field('c\nd', T.int())]);
    expect(new StructType([field('a\nb\r\t\f\b\v\u0007\\', inner)]).treeString()).to.equal(
      [
        'root',
        ' |-- a\\nb\\r\\t\\f\\b\\v\\a\\: struct (nullable = true)',
        ' |    |-- c\\nd: integer (nullable = true)',
        '',
      ].join('\n'),
    );
  });

  it("writes Spark's JSON", () => {
    const schema = parseDDL("id BIGINT NOT NULL COMMENT 'x', d DECIMAL(5,2), a ARRAY<STRING COLLATE UNICODE>");
    expect(JSON.parse(schema.json())).to.deep.equal({
      type: 'struct',
      fields: [
        { name: 'id', type: 'long', nullable: false, metadata: { comment: 'x' } },
        { name: 'd', type: 'decimal(5,2)', nullable: true, metadata: {} },
        {
          name: 'a',
          type: { type: 'array', elementType: 'string', containsNull: true },
          nullable: true,
          metadata: { __COLLATIONS: { 'a.element': 'icu.UNICODE' } },
        },
      ],
    });
    expect(fromJson(schema.json())).to.deep.equal(schema);
  });

  // The JSON that servers give, and what it means; a second name is read, too.
  const places: ReadonlyArray<readonly [DataType, string, ...string[]]> = [
    [T.geometry(0), 'geometry(SRID:0)', 'geometry(0)'],
    [T.geometry(3857), 'geometry(EPSG:3857)'],
    [T.geometry(4326), 'geometry(OGC:CRS84)', 'geometry', 'geometry(EPSG:4326)', 'geometry( OGC:CRS84 )'],
    [T.geometry(4267), 'geometry(OGC:CRS27)', 'geometry(EPSG:4267)'],
    [T.geometry(2187), 'geometry(ESRI:2187)'],
    [T.geometry(2188), 'geometry(EPSG:2188)'],
    [T.geometry(102_100), 'geometry(ESRI:102100)'],
    [T.geometry(-1), 'geometry(SRID:ANY)', 'geometry(srid:any)', 'geometry(any)'],
    [T.geography(4326), 'geography(OGC:CRS84, SPHERICAL)', 'geography', 'geography(Spherical)', 'geography(OGC:CRS84)'],
    [T.geography(-1), 'geography(SRID:ANY, SPHERICAL)', 'geography(SRID:ANY,spherical)'],
  ];
  for (const [type, json, ...others] of places) {
    it(`writes and reads ${json}`, () => {
      expect(toJson(type)).to.equal(json);
      for (const text of [json, ...others]) expect(fromJson(text), text).to.deep.equal(type);
    });
  }

  it('keeps a collation where there is no column to hold it', () => {
    const texts = T.array(T.string('UNICODE'));
    const json = { type: 'array', elementType: 'string collate UNICODE', containsNull: true };
    expect(toJson(texts)).to.deep.equal(json);
    expect(fromJson(JSON.stringify(json))).to.deep.equal(texts);
    const column = new StructType().add('texts', texts);
    expect(toJson(column)).to.have.nested.property('fields[0].type.elementType', 'string');
    expect(fromJson(column.json())).to.deep.equal(column);
  });

  it('reads columns that are called as what every object has', () => {
    const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty'];
    const schema = new StructType(names.flatMap((name) => [field(name, T.string()), field(name, T.array(T.int()))]));
    expect(fromJson(schema.json())).to.deep.equal(schema);
    const collated = new StructType(names.map((name) => field(name, T.string('UNICODE'))));
    expect(fromJson(collated.json())).to.deep.equal(collated);
    for (const type of names) expect(() => fromJson(type), type).to.throw(/not a type of Spark's JSON/);
  });

  it('refuses places of no system', () => {
    for (const json of ['geometry(nope)', 'geometry(ogc:crs84)', 'geometry(OGC:CRS84, SPHERICAL)']) {
      expect(() => fromJson(json), json).to.throw(/not a type of Spark's JSON/);
    }
    for (const json of ['geography(OGC:CRS84, VINCENTY)', 'geography(4326, SPHERICAL, 1)']) {
      expect(() => fromJson(json), json).to.throw(/not a type of Spark's JSON/);
    }
    for (const srid of [-2, 0.5, 2 ** 31]) expect(() => T.geometry(srid)).to.throw(/the SRID of a geometry/);
  });

  for (const type of EVERY_TYPE) {
    const schema = new StructType([field('column', type)]);
    it(`keeps ${type.kind} ${schema.simpleString()} through JSON and proto`, () => {
      expect(fromJson(JSON.parse(JSON.stringify(toJson(schema))))).to.deep.equal(schema);
      const wire = toBinary(DataTypeSchema, toProto(schema));
      expect(schemaFromProto(fromBinary(DataTypeSchema, wire))).to.deep.equal(schema);
    });
  }

  it('lets everything be null', () => {
    const strict = parseDDL('a INT NOT NULL, b ARRAY<STRUCT<c: INT NOT NULL>>');
    const open = new StructType(strict.fields.map(({ name, dataType }) => field(name, dataType, false)));
    expect(open.toNullable().toDDL()).to.equal('a INT,b ARRAY<STRUCT<c: INT>>');
    expect(T.fromJson(open.toNullable().json())).to.deep.equal(open.toNullable());
  });

  it('reads what only a server sends', () => {
    const udt = messageFromJson(DataTypeSchema, {
      udt: {
        type: 'udt',
        jvmClass: 'org.x.Point',
        sqlType: { array: { elementType: { double: {} }, containsNull: false } },
      },
    });
    expect(fromProto(udt)).to.deep.equal({ kind: 'udt', jvmClass: 'org.x.Point', sqlType: T.array(T.double(), false) });
    expect(fromJson('"integer"')).to.deep.equal(T.int());
    expect(fromJson('string collate UNICODE')).to.deep.equal(T.string('UNICODE'));
  });

  it('refuses what it does not know', () => {
    expect(() => fromProto(create(DataTypeSchema)))
      .to.throw()
      .with.property('code', 'protocol');
    expect(() => schemaFromProto(toProto(T.int()))).to.throw(/integer where a schema/);
    for (const json of ['nope', '{"type":"nope"}', '{"type":"struct"}', '{', '{"type":"struct","fields":[{}]}']) {
      expect(() => fromJson(json), json)
        .to.throw()
        .with.property('code', 'invalid-argument');
    }
  });
});
