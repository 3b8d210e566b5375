import { toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ExpressionSchema } from '../../../src/gen/spark/connect/expressions_pb.js';
import { type Column, col, functions as F, lit, SparkConnectError, StructType } from '../../../src/index.ts';
import { compileExpression } from '../../../src/plan/compile/index.ts';

const json = (column: Column) => toJson(ExpressionSchema, compileExpression(column.expression));
const attribute = (name: string) => ({ unresolvedAttribute: { unparsedIdentifier: name } });
const call = (functionName: string, ...args: object[]) => ({ unresolvedFunction: { functionName, arguments: args } });
const variable = (name: string) => ({ unresolvedNamedLambdaVariable: { nameParts: [name] } });

describe('functions', () => {
  it('takes names where columns belong and text where values do', () => {
    expect(json(F.lpad('name', 5, ' '))).to.deep.equal(
      call('lpad', attribute('name'), { literal: { integer: 5 } }, { literal: { string: ' ' } }),
    );
    expect(json(F.coalesce('a', lit('b')))).to.deep.equal(
      call('coalesce', attribute('a'), { literal: { string: 'b' } }),
    );
    expect(json(F.count('*'))).to.deep.equal(call('count', { unresolvedStar: {} }));
  });

  it('counts its arguments', () => {
    const abs = F.abs as (...args: unknown[]) => Column;
    expect(() => abs()).to.throw(SparkConnectError, 'abs: argument 1 is missing');
    expect(() => abs('a', 'b')).to.throw(SparkConnectError, 'abs: takes 1 arguments, not 2');
    expect(() => F.mask('a', undefined, 'x')).to.throw(
      SparkConnectError,
      'argument 2 is missing, but a later one is given',
    );
    expect(json(F.round('a', undefined))).to.deep.equal(call('round', attribute('a')));
  });

  it('marks distinct aggregates', () => {
    expect(json(F.countDistinct('a', 'b'))).to.deep.equal({
      unresolvedFunction: { functionName: 'count', arguments: [attribute('a'), attribute('b')], isDistinct: true },
    });
  });

  it('sends a schema as text and options as a map', () => {
    const schema = StructType.of({ bp: 'int' });
    expect(json(F.fromJson('value', schema, { mode: 'FAILFAST' }))).to.deep.equal(
      call(
        'from_json',
        attribute('value'),
        { literal: { string: schema.json() } },
        call('map', { literal: { string: 'mode' } }, { literal: { string: 'FAILFAST' } }),
      ),
    );
  });

  it('takes a slide or a start of a time window', () => {
    const text = (string: string) => ({ literal: { string } });
    expect(json(F.window('t', '10 minutes'))).to.deep.equal(call('window', attribute('t'), text('10 minutes')));
    expect(json(F.window('t', '10 minutes', undefined, '1 minute'))).to.deep.equal(
      call('window', attribute('t'), text('10 minutes'), text('10 minutes'), text('1 minute')),
    );
  });

  it('gives nested lambdas variables of their own', () => {
    const nested = F.transform('outer', (x) => F.transform(x, (y, i) => y.plus(x.getItem(0)).plus(i)));
    const inner = { nameParts: ['x_1'] };
    expect(json(nested)).to.deep.equal(
      call('transform', attribute('outer'), {
        lambdaFunction: {
          arguments: [{ nameParts: ['x_0'] }],
          function: call('transform', variable('x_0'), {
            lambdaFunction: {
              arguments: [inner, { nameParts: ['y_1'] }],
              function: call(
                '+',
                call('+', variable('x_1'), {
                  unresolvedExtractValue: { child: variable('x_0'), extraction: { literal: { integer: 0 } } },
                }),
                variable('y_1'),
              ),
            },
          }),
        },
      }),
    );
  });

  it('forgets a lambda whose callback throws', () => {
    expect(() =>
      F.transform('a', () => {
        throw new Error('no');
      }),
    ).to.throw('no');
    expect(JSON.stringify(json(F.exists('a', (x) => x.gt(1)))))
      .to.contain('x_0')
      .and.not.contain('x_1');
  });

  it('logs to a base', () => {
    expect(json(F.log('a'))).to.deep.equal(call('ln', attribute('a')));
    expect(json(F.log(2, col('a')))).to.deep.equal(call('log', { literal: { integer: 2 } }, attribute('a')));
  });
});
