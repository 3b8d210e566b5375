/** Relation records to `spark.connect.Relation`. */
import { create } from '@bufbuild/protobuf';
import { type Relation, RelationSchema } from '../../gen/spark/connect/relations_pb.js';
import { type RelationNode, referencesId } from '../relations/index.ts';
import { catalogCompilers } from './catalog.ts';
import { cleanCompilers } from './clean.ts';
import { columnsCompilers } from './columns.ts';
import { combineCompilers } from './combine.ts';
import type { CompileRelation, Compilers, RelType } from './compilers.ts';
import { collectReferences } from './references.ts';
import { rowsCompilers } from './rows.ts';
import { sourceCompilers } from './sources.ts';

const compilers: Compilers<RelationNode> = {
  ...sourceCompilers,
  ...columnsCompilers,
  ...rowsCompilers,
  ...combineCompilers,
  ...cleanCompilers,
  ...catalogCompilers,
};

export function compileRelation(node: RelationNode): Relation {
  // The table's entry for a kind takes records of that kind; TypeScript cannot correlate the two in one call.
  const compile = compilers[node.kind] as (node: RelationNode, compile: CompileRelation) => RelType;
  const { result: relType, references } = collectReferences(() => compile(node, compileRelation), compileRelation);
  const relation = create(RelationSchema, { common: { planId: node.planId }, relType });
  if (references.length === 0) return relation;
  return create(RelationSchema, {
    common: { planId: referencesId(node) },
    relType: { case: 'withRelations', value: { root: relation, references } },
  });
}
