import { toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ExpressionSchema } from '../../../src/gen/spark/connect/expressions_pb.js';
import { type Column, col, functions as F, lit, SparkConnectError, types as T, Window } from '../../../src/index.ts';
import { compileExpression } from '../../../src/plan/compile/index.ts';

const json = (column: Column) => toJson(ExpressionSchema, compileExpression(column.expression));
const attribute = (name: string) => ({ unresolvedAttribute: { unparsedIdentifier: name } });
const call = (functionName: string, ...args: object[]) => ({ unresolvedFunction: { functionName, arguments: args } });

describe('columns', () => {
  it('compares with text as text', () => {
    expect(json(col('ward').eq('3B'))).to.deep.equal(call('==', attribute('ward'), { literal: { string: '3B' } }));
    expect(json(col('a').notEqual(col('b')))).to.deep.equal(call('not', call('==', attribute('a'), attribute('b'))));
  });

  it('takes values one by one or as an array', () => {
    const expected = call('in', attribute('a'), { literal: { integer: 1 } }, { literal: { integer: 2 } });
    expect(json(col('a').isin(1, 2))).to.deep.equal(expected);
    expect(json(col('a').isin([1, 2]))).to.deep.equal(expected);
  });

  it('is between two bounds', () => {
    expect(json(col('bp').between(161, 220))).to.deep.equal(
      call(
        'and',
        call('>=', attribute('bp'), { literal: { integer: 161 } }),
        call('<=', attribute('bp'), { literal: { integer: 220 } }),
      ),
    );
  });

  it('casts to a type or to text of one', () => {
    expect(json(col('a').cast(T.decimal(10, 2)))).to.deep.equal({
      cast: { expr: attribute('a'), type: { decimal: { precision: 10, scale: 2 } } },
    });
    expect(json(col('a').tryCast('int'))).to.deep.equal({
      cast: { expr: attribute('a'), typeStr: 'int', evalMode: 'EVAL_MODE_TRY' },
    });
  });

  it('keeps metadata with one name, and refuses it with several', () => {
    expect(json(col('bp').as('bp', { metadata: { unit: 'mmHg' } }))).to.deep.equal({
      alias: { expr: attribute('bp'), name: ['bp'], metadata: '{"unit":"mmHg"}' },
    });
    expect(() => col('m').as(['k', 'v'], { metadata: {} })).to.throw(SparkConnectError, 'single name');
  });

  it('chains cases until otherwise', () => {
    const chain = F.when(col('a').gt(2), 'high').when(col('a').gt(1), 'raised').otherwise('normal');
    const over = (n: number) => call('>', attribute('a'), { literal: { integer: n } });
    const text = (string: string) => ({ literal: { string } });
    expect(json(chain)).to.deep.equal(call('when', over(2), text('high'), over(1), text('raised'), text('normal')));
    expect(() => chain.otherwise('again')).to.throw(SparkConnectError, 'when()');
    expect(() => col('a').when(col('b'), 1)).to.throw(SparkConnectError, 'when()');
  });

  it('reads and changes nested data', () => {
    expect(json(col('v').getField('bp'))).to.deep.equal({
      unresolvedExtractValue: { child: attribute('v'), extraction: { literal: { string: 'bp' } } },
    });
    expect(json(col('v').withField('x', lit(1)).dropFields('y'))).to.deep.equal({
      updateFields: {
        structExpression: {
          updateFields: {
            structExpression: attribute('v'),
            fieldName: 'x',
            valueExpression: { literal: { integer: 1 } },
          },
        },
        fieldName: 'y',
      },
    });
  });

  it('evaluates over a window', () => {
    const window = Window.partitionBy('ward').orderBy(col('t').desc()).rowsBetween(-2, Window.currentRow);
    expect(json(F.avg('bp').over(window))).to.deep.equal({
      window: {
        windowFunction: call('avg', attribute('bp')),
        partitionSpec: [attribute('ward')],
        orderSpec: [{ child: attribute('t'), direction: 'SORT_DIRECTION_DESCENDING', nullOrdering: 'SORT_NULLS_LAST' }],
        frameSpec: {
          frameType: 'FRAME_TYPE_ROW',
          lower: { value: { literal: { integer: -2 } } },
          upper: { currentRow: true },
        },
      },
    });
    expect(() => Window.orderBy('t').rowsBetween(-1.5, 0)).to.throw(SparkConnectError, '-1.5');
  });

  it('tells the ends of a partition from offsets that are as large', () => {
    const byTime = Window.orderBy('t');
    const frame = (spec: typeof byTime) =>
      (json(F.count('*').over(spec)) as { window: { frameSpec: object } }).window.frameSpec;
    const long = (value: bigint) => ({ value: { literal: { long: String(value) } } });
    const unbounded = { unbounded: true };
    expect(frame(byTime.rangeBetween(-10_000_000_000_000_000n, 9_007_199_254_740_991n))).to.deep.equal({
      frameType: 'FRAME_TYPE_RANGE',
      lower: long(-10_000_000_000_000_000n),
      upper: long(9_007_199_254_740_991n),
    });
    for (const [start, end] of [
      [Window.unboundedPreceding, Window.unboundedFollowing],
      [-Infinity, Infinity],
      [-(2n ** 63n), 2n ** 63n - 1n],
      [1n - 2n ** 63n, Window.unboundedFollowing],
    ] as const) {
      expect(frame(byTime.rowsBetween(start, end))).to.deep.include({ lower: unbounded, upper: unbounded });
    }
    expect(() => byTime.rowsBetween(0, 2 ** 31)).to.throw(SparkConnectError, 'not 2147483648');
    expect(() => byTime.rowsBetween(-(2 ** 31), 0)).to.throw(SparkConnectError, 'not -2147483648');
    expect(() => byTime.rangeBetween(-1e16, 0)).to.throw(SparkConnectError, 'use a bigint');
    expect(() => byTime.rowsBetween(0, Window.unboundedPreceding)).to.throw(SparkConnectError, 'cannot end at');
    expect(() => byTime.rangeBetween(Window.unboundedFollowing, 0)).to.throw(SparkConnectError, 'cannot begin at');
  });
});
