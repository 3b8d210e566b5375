import { expect } from 'chai';
import { col, type DataFrame } from '../../../src/index.ts';
import { type Json, planSession, rootOf } from '../../helpers/plans.ts';

type Message = { readonly [key: string]: Json };

describe('subqueries in plans', () => {
  const spark = planSession();
  const root = (frame: DataFrame) => rootOf(frame) as { readonly common: Message; readonly withRelations?: Message };
  const idOf = (relation: Json | undefined) => (relation as { common: { planId: string } }).common.planId;

  it('travel beside the relation whose expressions use them', () => {
    const inner = spark.range(3);
    const { withRelations } = root(spark.range(5).filter(col('id').isin(inner)));
    const { root: filter, references } = withRelations as { root: Message; references: Json[] };
    expect(references.map((reference) => (reference as Message).range)).to.deep.equal([
      { start: '0', end: '3', step: '1' },
    ]);
    expect(filter.filter)
      .to.have.nested.property('condition.subqueryExpression')
      .that.deep.equals({
        planId: idOf(references[0]),
        subqueryType: 'SUBQUERY_TYPE_IN',
        inSubqueryValues: [{ unresolvedAttribute: { unparsedIdentifier: 'id' } }],
      });
  });

  it('come once however often they are used, and bring their own along', () => {
    const deepest = spark.range(1);
    const inner = spark.range(3).filter(col('id').isin(deepest));
    const twice = spark.range(5).select(inner.exists().as('a'), inner.exists().as('b'));
    const { root: project, references } = root(twice).withRelations as { root: Message; references: Message[] };
    expect(references).to.have.length(1);
    expect(references[0]).to.have.nested.property('withRelations.references[0].range');
    const carried = references[0]?.withRelations as { root: Json };
    // By the id of the relation that brings its own along, which is not that of the filter in it.
    for (const index of [0, 1]) {
      expect(project.project)
        .to.have.nested.property(`expressions[${index}].alias.expr.subqueryExpression.planId`)
        .that.equals(idOf(references[0]))
        .and.does.not.equal(idOf(carried.root));
    }
  });

  it('leave plans without them as they were', () => {
    expect(root(spark.range(5).filter('id > 1'))).not.to.have.property('withRelations');
  });
});
