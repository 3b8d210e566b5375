// Every function, called with as few and as many arguments as it takes, against what PySpark would send.
import { toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ExpressionSchema } from '../../src/gen/spark/connect/expressions_pb.js';
import { type Column, col, functions as F } from '../../src/index.ts';
import { compileExpression } from '../../src/plan/compile/index.ts';
import { areas } from '../parity/areas.ts';
import { addsDefaults, inShort } from '../parity/expressions.ts';
import { camelCase } from '../parity/page.ts';
import { callPySpark, type PySparkCall } from '../parity/walk.ts';

const VERSION = '4.1.1';
/** With a seed of their own choice where none is given. */
const random = new Set(['rand', 'random', 'randn', 'uniform', 'randstr', 'shuffle', 'uuid', 'count_min_sketch']);
/** Arguments that PySpark takes one by one and we take as one object. */
const ownShape = new Set(['from_protobuf', 'to_protobuf']);

type AnyFunction = (...args: readonly unknown[]) => Column;

describe('functions, called as PySpark calls them', () => {
  before(function () {
    if ((process.env.SPARK_VERSION ?? VERSION) !== VERSION) this.skip();
  });

  it('send the same, but for defaults that the server knows', () => {
    const calls = callPySpark(VERSION);
    const different = calls.flatMap((call) => differences(call));
    expect(different).to.deep.equal([]);
    expect(new Set(calls.map(([name]) => name)).size).to.be.greaterThan(480);
  });

  function differences([name, args, expected]: PySparkCall): string[] {
    if (ownShape.has(name) && args.length > 1) return [];
    const functions = F as unknown as Readonly<Record<string, AnyFunction>>;
    const make = functions[areas.functions?.renamed?.[name] ?? camelCase(name)];
    if (make === undefined) return [`${name}: there is none`];
    const theirs = inShort(expected, random.has(name)).replace(/^rand\(/, name === 'random' ? 'random(' : 'rand(');
    const column = make(...args.map((arg) => ('column' in arg ? col(arg.column) : arg.value)));
    const ours = inShort(toJson(ExpressionSchema, compileExpression(column.expression)), random.has(name));
    return ours === theirs || addsDefaults(ours, theirs) ? [] : [`${name}: ${ours} where PySpark sends ${theirs}`];
  }
});
