import { inspect } from 'node:util';
import { expect } from 'chai';
import { type Column, functions as F, LocalDate, Timestamp, Window } from '../../../src/index.ts';
import { expressionText } from '../../../src/plan/expression-text.ts';
import { relationText } from '../../../src/plan/relation-text.ts';
import { relation } from '../../../src/plan/relations/base.ts';
import type { RelationNode } from '../../../src/plan/relations/index.ts';

const { col, lit } = F;

describe('texts of plans', () => {
  const texts: readonly (readonly [Column, string])[] = [
    [col('bp').gt(140).as('high'), 'bp > 140 AS high'],
    [col('a').plus(1).multiply(col('b')), '(a + 1) * b'],
    [col('a').eq('x').and(col('b').isNull()).not(), "not ((a == 'x') and isNull(b))"],
    [F.sum('bp').plus(F.lower('s')), 'sum(bp) + lower(s)'],
    [F.countDistinct('a', 'b'), 'count(DISTINCT a, b)'],
    [col('*'), '*'],
    [col('a').cast('int'), 'CAST(a AS int)'],
    [col('a').desc(), 'a DESC NULLS LAST'],
    [
      F.rank().over(Window.partitionBy('ward').orderBy('bp')),
      'rank() OVER (PARTITION BY ward ORDER BY bp ASC NULLS FIRST)',
    ],
    [F.expr('a + 1'), 'a + 1'],
    [col('m').getItem('k'), "m['k']"],
    [col('s').withField('x', lit(1)).dropFields('y'), '(s with x = 1) without y'],
    [F.transform('xs', (x) => x.plus(1)), /^transform\(xs, \(x_\d+\) -> x_\d+ \+ 1\)$/.source],
    [lit("it's"), "'it\\'s'"],
    [lit(null), 'NULL'],
    [lit(LocalDate.parse('2026-02-03')), "DATE '2026-02-03'"],
    [lit(Timestamp.parse('2026-02-03T04:05:06Z')), "TIMESTAMP '2026-02-03T04:05:06Z'"],
    [lit(new Uint8Array(20).fill(255)), `X'${'ff'.repeat(16)}…'`],
    [lit([1, 2]), 'array(1, 2)'],
    [F.callFunction('my.fn', 'a'), 'my.fn(a)'],
  ];

  for (const [column, text] of texts) {
    it(`shows ${text}`, () => {
      if (text.startsWith('^')) expect(expressionText(column.expression)).to.match(new RegExp(text));
      else expect(expressionText(column.expression)).to.equal(text);
      expect(inspect(column)).to.equal(`Column<${expressionText(column.expression)}>`);
    });
  }

  it('shortens what is long', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => index);
    expect(expressionText(col('a').isin(...values).expression))
      .to.match(/^in\(a, 0, 1, .*…$/)
      .and.have.lengthOf(301);
  });

  it('shows the steps of a plan, the last one first', () => {
    const range = relation({ kind: 'range', start: 0n, end: 1n, step: 1n }) as RelationNode;
    const steps = (count: number) => {
      let node = range;
      for (let step = 0; step < count; step++)
        node = relation({ kind: 'filter', input: node, condition: lit(true).expression }) as RelationNode;
      return relationText(node);
    };
    expect(steps(2)).to.equal('filter, filter, range');
    expect(steps(20)).to.equal(`${'filter, '.repeat(8)}…`);
  });
});
