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
    expect(() => F.makeTimestamp('a', undefined, 'x')).to.throw(
      SparkConnectError,
      'argument 2 is missing, but a later one is given',
    );
    expect(json(F.round('a', undefined))).to.deep.equal(call('round', attribute('a')));
  });

  it("sends Spark's default for an argument that is skipped, and only then", () => {
    const text = (string: string) => ({ literal: { string } });
    expect(json(F.mask('a', undefined, undefined, lit('#')))).to.deep.equal(
      call('mask', attribute('a'), text('X'), text('x'), text('#')),
    );
    const zero = { literal: { integer: 0 } };
    expect(json(F.makeInterval(undefined, undefined, undefined, 'days'))).to.deep.equal(
      call('make_interval', zero, zero, zero, attribute('days')),
    );
    expect(json(F.strToMap('a', undefined, lit('=')))).to.deep.equal(
      call('str_to_map', attribute('a'), text(','), text('=')),
    );
    expect(json(F.mask('a', lit('#')))).to.deep.equal(call('mask', attribute('a'), text('#')));
  });

  it('takes the columns of arrays, structs and maps one by one or as one array', () => {
    for (const [name, make] of Object.entries({
      array: F.array,
      struct: F.struct,
      map: F.createMap,
      map_concat: F.mapConcat,
    })) {
      expect(json(make('a', 'b'))).to.deep.equal(call(name, attribute('a'), attribute('b')));
      expect(json(make(['a', 'b']))).to.deep.equal(json(make('a', 'b')));
    }
    expect(json(F.array([]))).to.deep.equal(json(F.array()));
  });

  it('converts from the time zone of the session where none is given', () => {
    const utc = { literal: { string: 'UTC' } };
    expect(json(F.convertTimezone(undefined, 'UTC', 't'))).to.deep.equal(call('convert_timezone', utc, attribute('t')));
    expect(json(F.convertTimezone(null, 'UTC', 't'))).to.deep.equal(call('convert_timezone', utc, attribute('t')));
    expect(json(F.convertTimezone('UTC', 'UTC', 't'))).to.deep.equal(
      call('convert_timezone', utc, utc, attribute('t')),
    );
  });

  it('refuses a checksum that there is not', () => {
    expect(json(F.sha2('a', 0))).to.deep.equal(call('sha2', attribute('a'), { literal: { integer: 0 } }));
    expect(() => F.sha2('a', 255)).to.throw(SparkConnectError, 'sha2 has no 255 bits: 0, 224, 256, 384, 512');
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
