/** The compiler: frozen records in, protobuf messages out; nothing here talks to a server. */
import { create } from '@bufbuild/protobuf';
import { type Plan, PlanSchema } from '../../gen/spark/connect/base_pb.js';
import type { CommandNode } from '../commands.ts';
import type { RelationNode } from '../relations/index.ts';
import { compileCommand } from './command.ts';
import { compileRelation } from './relation.ts';

export { compileCommand } from './command.ts';
export { compileExpression, compileExpressions } from './expression.ts';
export { compileLiteral } from './literal.ts';
export { compileRelation } from './relation.ts';

export function relationPlan(node: RelationNode): Plan {
  return create(PlanSchema, { opType: { case: 'root', value: compileRelation(node) } });
}

export function commandPlan(node: CommandNode): Plan {
  return create(PlanSchema, { opType: { case: 'command', value: compileCommand(node) } });
}
