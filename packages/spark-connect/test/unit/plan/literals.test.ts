import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { SparkConnectError } from '../../../src/errors.ts';
import { Expression_LiteralSchema } from '../../../src/gen/spark/connect/expressions_pb.js';
import { DataTypeSchema } from '../../../src/gen/spark/connect/types_pb.js';
import { compileLiteral } from '../../../src/plan/compile/index.ts';
import { literalExpression } from '../../../src/plan/literal-expression.ts';
import { literalValue } from '../../../src/plan/literal-value.ts';
import { arrayLiteralNode, type LiteralValue, literalNode } from '../../../src/plan/literals.ts';
import {
  type DataType,
  DayTimeInterval,
  Decimal,
  LocalDate,
  LocalDateTime,
  LocalTime,
  parseDataType,
  types as T,
  Timestamp,
  toProto,
  YearMonthInterval,
} from '../../../src/types/index.ts';

const json = (value: LiteralValue, type?: DataType) =>
  toJson(Expression_LiteralSchema, compileLiteral(literalNode(value, type)));

describe('literals', () => {
  it('makes a number an int, a long or a double, whichever holds it', () => {
    expect(json(1)).to.deep.equal({ integer: 1 });
    expect(json(2147483647)).to.deep.equal({ integer: 2147483647 });
    expect(json(-2147483648)).to.deep.equal({ integer: -2147483648 });
    expect(json(2147483648)).to.deep.equal({ long: '2147483648' });
    expect(json(3e9)).to.deep.equal({ long: '3000000000' });
    expect(json(Number.MAX_SAFE_INTEGER)).to.deep.equal({ long: '9007199254740991' });
    expect(json(1.5)).to.deep.equal({ double: 1.5 });
    expect(json(Number.NaN)).to.deep.equal({ double: 'NaN' });
    expect(json(-0)).to.deep.equal({ double: -0 });
  });

  it('refuses a number whose last digits may be lost, and says what to use', () => {
    for (const unsafe of [2 ** 53, -(2 ** 53), 1e300]) {
      expect(() => json(unsafe))
        .to.throw(SparkConnectError, 'bigint')
        .with.property('code', 'invalid-argument');
    }
    expect(json(1e300, T.double())).to.deep.equal({ double: 1e300 });
  });

  it('makes a bigint a long, up to 64 bits', () => {
    expect(json(9223372036854775807n)).to.deep.equal({ long: '9223372036854775807' });
    expect(() => json(9223372036854775808n)).to.throw(SparkConnectError, '64 bits');
  });

  it('keeps text, truth, nothing and bytes', () => {
    expect(json('ward 3')).to.deep.equal({ string: 'ward 3' });
    expect(json(false)).to.deep.equal({ boolean: false });
    expect(json(null)).to.deep.equal({ null: { null: {} } });
    expect(json(new Uint8Array([1, 2, 255]))).to.deep.equal({ binary: 'AQL/' });
  });

  it('keeps days and times exactly', () => {
    expect(json(new Date('2026-01-02T03:04:05.678Z'))).to.deep.equal({ timestamp: '1767323045678000' });
    expect(json(new Timestamp(-1n))).to.deep.equal({ timestamp: '-1' });
    expect(json(new LocalDateTime(5n))).to.deep.equal({ timestampNtz: '5' });
    expect(json(LocalDate.parse('1970-01-11'))).to.deep.equal({ date: 10 });
    expect(() => json(new Date(Number.NaN))).to.throw(SparkConnectError, 'invalid Date');
  });

  it('gives a decimal the precision and scale that it has', () => {
    expect(json(Decimal.from('-12.50'))).to.deep.equal({ decimal: { value: '-12.50', precision: 4, scale: 2 } });
    expect(json(Decimal.from('0.001'))).to.deep.equal({ decimal: { value: '0.001', precision: 3, scale: 3 } });
    expect(() => json(Decimal.from('1'.repeat(39)))).to.throw(SparkConnectError, '38 digits');
  });

  it('has no single value for an array', () => {
    expect(() => json([1])).to.throw(SparkConnectError, 'no single value');
  });

  it('takes a type and refuses what it cannot hold', () => {
    expect(json(5, T.byte())).to.deep.equal({ byte: 5 });
    expect(json(5, T.long())).to.deep.equal({ long: '5' });
    expect(json(null, T.date())).to.deep.equal({ null: { date: {} } });
    expect(json(1.5, T.decimal(10, 2))).to.deep.equal({ decimal: { value: '1.50', precision: 10, scale: 2 } });
    expect(() => json(1.555, T.decimal(10, 2))).to.throw(SparkConnectError, '1.555 is no decimal');
    expect(() => json(128, T.byte())).to.throw(SparkConnectError, '128 is no byte');
    expect(() => json(1.5, T.int())).to.throw(SparkConnectError, '1.5 is no integer');
    expect(() => json('x', T.boolean())).to.throw(SparkConnectError, 'x is no boolean');
    expect(json(LocalTime.parse('01:00'), T.time(0))).to.deep.equal({ time: { nano: '3600000000000', precision: 0 } });
    expect(json(LocalTime.parse('01:00'))).to.deep.equal({ time: { nano: '3600000000000', precision: 6 } });
  });

  const unsendable: ReadonlyArray<readonly [what: string, value: LiteralValue, type?: DataType]> = [
    ['half characters', 'a\ud800b'],
    ['half characters', 'a\udc00', T.string()],
    ['1e+300 is no float', 1e300, T.float()],
    ['does not fit timestamp', new Timestamp(2n ** 63n)],
    ['does not fit timestamp_ntz', new LocalDateTime(-(2n ** 63n) - 1n)],
    ['does not fit interval day to second', new DayTimeInterval(2n ** 63n)],
    ['00:00:00.0000001 does not fit time(6)', LocalTime.parse('00:00:00.0000001')],
    ['00:00:00.1 does not fit time(0)', LocalTime.parse('00:00:00.1'), T.time(0)],
    ['does not fit interval day', new DayTimeInterval(86_400_000_001n), T.dayTimeInterval(0, 0)],
    ['does not fit interval hour to minute', new DayTimeInterval(61_000_000n), T.dayTimeInterval(1, 2)],
    ["INTERVAL '1-2' YEAR TO MONTH does not fit interval year", new YearMonthInterval(14), T.yearMonthInterval(0, 0)],
  ];
  for (const [what, value, type] of unsendable) {
    it(`refuses what would not arrive as it is: ${what}`, () => {
      expect(() => json(value, type))
        .to.throw(SparkConnectError, what)
        .with.property('code', 'invalid-argument');
    });
  }

  it('keeps whole characters beyond 16 bits, and infinity', () => {
    expect(json('🎉')).to.deep.equal({ string: '🎉' });
    expect(json(Number.POSITIVE_INFINITY, T.float())).to.deep.equal({ float: 'Infinity' });
  });

  it('does not change when the bytes that it was made from do', () => {
    const bytes = new Uint8Array([1]);
    const node = literalNode(bytes);
    bytes[0] = 9;
    expect(toJson(Expression_LiteralSchema, compileLiteral(node))).to.deep.equal({ binary: 'AQ==' });
  });

  it('reads back what it wrote', () => {
    for (const value of [null, true, 7, 7n, 1.5, 'x'] as const) {
      expect(literalValue(compileLiteral(literalNode(value)))).to.deep.equal(value);
    }
    const elements = [literalNode(1), literalNode(2)];
    expect(literalValue(compileLiteral(arrayLiteralNode(T.int(), elements)))).to.deep.equal([1, 2]);
    expect(String(literalValue(compileLiteral(literalNode(Decimal.from('1.20')))))).to.equal('1.20');
  });

  describe('of a struct', () => {
    const elements = [{ integer: 1 }, { string: 'x' }];
    const typeOf = (ddl: string): JsonValue => toJson(DataTypeSchema, toProto(parseDataType(ddl)));
    const read = (sent: JsonValue) => literalValue(fromJson(Expression_LiteralSchema, sent));

    it('are read by the names that stand in the literal, or in the one around it', () => {
      const struct = { elements, structType: typeOf('struct<a:int,__proto__:string>') };
      expect(Object.entries(Object(read({ struct })))).to.deep.equal([
        ['a', 1],
        ['__proto__', 'x'],
      ]);
      const inner = { struct: { elements } };
      expect(read({ array: { elements: [inner] }, dataType: typeOf('array<struct<a:int,b:string>>') })).to.deep.equal([
        { a: 1, b: 'x' },
      ]);
      expect(
        read({ map: { keys: [{ integer: 7 }], values: [inner] }, dataType: typeOf('map<int,struct<a:int,b:string>>') }),
      ).to.deep.equal(new Map([[7, { a: 1, b: 'x' }]]));
    });

    it('are read in their order where names repeat or are not told', () => {
      expect(read({ struct: { elements, structType: typeOf('struct<a:int,a:string>') } })).to.deep.equal([1, 'x']);
      expect(read({ struct: { elements } })).to.deep.equal([1, 'x']);
    });
  });
});

describe('values as expressions', () => {
  it('calls array for an array without a type', () => {
    const node = literalExpression([1, [null]]);
    expect(node).to.deep.include({ kind: 'function', name: 'array' });
    expect(node).to.have.nested.property('args[1].args[0].content.of', 'null');
  });

  it('makes an array of a type a literal where no null is in it', () => {
    const node = literalExpression([[1], []], T.array(T.array(T.long())));
    expect(node).to.deep.equal(
      arrayLiteralNode(T.array(T.long()), [
        arrayLiteralNode(T.long(), [literalNode(1n)]),
        arrayLiteralNode(T.long(), []),
      ]),
    );
  });

  it('calls array with values of the type where a null is in it, at any depth', () => {
    const array = (args: unknown[]) => ({ kind: 'function', name: 'array', args, distinct: false, internal: false });
    expect(literalExpression([[1, null], null], T.array(T.array(T.long())))).to.deep.equal(
      array([array([literalNode(1n), literalNode(null, T.long())]), literalNode(null, T.array(T.long()))]),
    );
    const strict = T.array(T.int(), false);
    expect(literalExpression([1], strict)).to.deep.equal(array([literalNode(1)]));
    expect(literalExpression([], strict)).to.deep.equal({
      kind: 'cast',
      child: array([]),
      to: strict,
      mode: 'default',
    });
    expect(() => literalExpression([null], strict)).to.throw(SparkConnectError, 'are not null');
    expect(() => literalExpression([1], T.int())).to.throw(SparkConnectError, 'an array is no int');
    expect(() => literalExpression(['x'], T.array(T.int()))).to.throw(SparkConnectError, 'x is no integer');
  });

  it('casts to a type that no literal has', () => {
    for (const [value, type] of [
      [new DayTimeInterval(86_400_000_000n), T.dayTimeInterval(0, 0)],
      [new DayTimeInterval(60_000_000n), T.dayTimeInterval(1, 2)],
      [new YearMonthInterval(24), T.yearMonthInterval(0, 0)],
      ['a', T.string('UNICODE_CI')],
    ] as const) {
      expect(literalExpression(value, type)).to.deep.equal({
        kind: 'cast',
        child: literalNode(value),
        to: type,
        mode: 'default',
      });
    }
    expect(literalExpression(LocalTime.parse('01:00'), T.time(0))).to.have.property('kind', 'literal');
    expect(literalExpression(null, T.string('UNICODE_CI'))).to.have.property('kind', 'literal');
  });
});
