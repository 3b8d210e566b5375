import { toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { SparkConnectError } from '../../../src/errors.ts';
import { Expression_LiteralSchema } from '../../../src/gen/spark/connect/expressions_pb.js';
import { compileLiteral } from '../../../src/plan/compile/index.ts';
import { literalValue } from '../../../src/plan/literal-value.ts';
import { type LiteralValue, literalNode } from '../../../src/plan/literals.ts';
import { type DataType, Decimal, LocalDate, LocalDateTime, types as T, Timestamp } from '../../../src/types/index.ts';

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

  it('widens the numbers of an array to one type, and refuses a mixture', () => {
    expect(json([1, 2.5, null])).to.deep.equal({
      array: {
        elementType: { double: {} },
        elements: [{ double: 1 }, { double: 2.5 }, { null: { double: {} } }],
      },
    });
    expect(() => json([1, 'a'])).to.throw(SparkConnectError, 'integer and string');
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
  });

  it('does not change when the bytes that it was made from do', () => {
    const bytes = new Uint8Array([1]);
    const node = literalNode(bytes);
    bytes[0] = 9;
    expect(toJson(Expression_LiteralSchema, compileLiteral(node))).to.deep.equal({ binary: 'AQ==' });
  });

  it('reads back what it wrote', () => {
    for (const value of [null, true, 7, 7n, 1.5, 'x', [1, 2]] as const) {
      expect(literalValue(compileLiteral(literalNode(value)))).to.deep.equal(value);
    }
    expect(String(literalValue(compileLiteral(literalNode(Decimal.from('1.20')))))).to.equal('1.20');
  });
});
