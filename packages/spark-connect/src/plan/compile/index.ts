/** The compiler: frozen records in, protobuf messages out; nothing here talks to a server. */
import { create } from '@bufbuild/protobuf';
import { type Plan, PlanSchema } from '../../gen/spark/connect/base_pb.js';
import type { RelationNode } from '../relations/index.ts';
import { compileRelation } from './relation.ts';

export { compileCommand } from './command.ts';
export { compileExpression } from './expression.ts';
export { compileLiteral } from './literal.ts';
export { compileRelation } from './relation.ts';

export function relationPlan(node: RelationNode): Plan {
  return create(PlanSchema, { opType: { case: 'root', value: compileRelation(node) } });
}
