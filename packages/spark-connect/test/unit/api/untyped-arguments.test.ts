/** What the compiler refuses and JavaScript lets pass: each error says what was wanted and what to write. */
import { expect } from 'chai';
import { col, type DataFrame, functions as F, SparkConnectError, type SparkSession } from '../../../src/index.ts';
import { planSession } from '../../helpers/plans.ts';

const spark = planSession();
const frame = spark.range(3);

const cases: Readonly<Record<string, readonly [make: () => unknown, message: string]>> = {
  'an operator of JavaScript': [() => (col('bp') as unknown as number) + 1, "call methods, as in col('bp').gt(160)"],
  'a comparison by JavaScript': [() => (col('bp') as unknown as number) > 160, "call methods, as in col('bp').gt(160)"],
  'what === makes': [
    () => frame.filter(false as never),
    'a column is wanted, not boolean: to compare columns, call methods',
  ],
  'options for a column': [
    () => frame.orderBy('id', { ascending: false } as never),
    'not object: columns are made by col',
  ],
  'no column': [() => frame.withColumn('x', undefined as never), 'not undefined: columns are made by col'],
  'a number for a name': [() => col(1 as never), 'the name of a column is a text, not 1'],
  'a name for a window': [() => F.sum('id').over('ward' as never), "over takes Window.partitionBy('ward')"],
  'no window': [() => F.sum('id').over(undefined as never), 'not undefined'],
  'no type': [
    () => col('id').cast(undefined as never),
    "a type is wanted, as text ('bigint') or of types, not undefined",
  ],
  'no other side of a join': [() => frame.join(undefined as never, 'id'), 'a DataFrame is wanted'],
  'a promise for the other side': [
    () => frame.join(Promise.resolve(frame) as unknown as DataFrame, 'id'),
    'a DataFrame is wanted, not a promise of one: await it',
  ],
  'a set of rows': [() => spark.createDataFrame(new Set([{ a: 1 }]) as never, 'a INT'), 'rows are an array'],
  'text for rows': [() => spark.createDataFrame('abc' as never), 'rows are an array'],
  'no metrics': [() => (frame.observe as (name: string) => DataFrame)('seen'), 'observe takes metrics'],
  'a fraction as a seed': [() => frame.sample(0.5, { seed: 1.5 }), 'a seed is a whole number, not 1.5'],
  'a fraction as the seed of a split': [() => frame.randomSplit([1, 1], 0.5), 'a seed is a whole number, not 0.5'],
  'no aggregate': [() => frame.groupBy('id').agg(undefined as never), "agg takes aggregates, F.max('bp')"],
  'a name for an aggregate': [
    () => frame.groupBy('id').agg('max' as never),
    "or names of functions by column, { bp: 'max' }",
  ],
  'null for null': [() => frame.fillna(null as never), 'fill needs a value'],
  'an object of replacements': [() => frame.replace({ a: 'b' } as never), 'Object.entries makes them of an object'],
  'undefined for a value': [() => col('id').eq(undefined as never), 'undefined is no value: null stands for none'],
  'an object for a value': [() => col('id').eq({ a: 1 } as never), 'structs are made by F.struct'],
};

describe('an argument of the wrong kind', () => {
  for (const [name, [make, message]] of Object.entries(cases)) {
    it(`is refused: ${name}`, () => {
      expect(make).to.throw(SparkConnectError, message).with.property('code', 'invalid-argument');
    });
  }

  it('of a statement is named', async () => {
    const told = (asking: ReturnType<SparkSession['sql']>) => asking.then(String, String);
    expect(await told(spark.sql('SELECT :a', { a: undefined as never }))).to.contain(
      'the value for :a: undefined is no value',
    );
    expect(await told(spark.sql('SELECT ?, ?', [1, {} as never]))).to.contain('the value for ?2: [object Object]');
  });

  it('of a template is a column all the same, for messages', () => {
    expect(`${col('bp')}`).to.equal('Column<bp>');
  });
});
