/** The compiler: frozen records in, protobuf messages out; nothing here talks to a server. */
import { create } from '@bufbuild/protobuf';
import { type Plan, PlanSchema } from '../../gen/spark/connect/base_pb.js';
import type { Command } from '../../gen/spark/connect/commands_pb.js';
import type { Relation } from '../../gen/spark/connect/relations_pb.js';
import { walkPlan } from '../../plan-depth.ts';
import type { CommandNode } from '../commands.ts';
import type { RelationNode } from '../relations/index.ts';
import { compileCommand as command } from './command.ts';
import { compileRelation as relation } from './relation.ts';

export { compileExpression } from './expression.ts';
export { compileLiteral } from './literal.ts';

/** @throws SparkConnectError `invalid-argument` for a plan that is nested too deeply */
export function compileCommand(node: CommandNode): Command {
  return walkPlan(() => command(node));
}

/** @throws SparkConnectError `invalid-argument` for a plan that is nested too deeply */
export function compileRelation(node: RelationNode): Relation {
  return walkPlan(() => relation(node));
}

export function relationPlan(node: RelationNode): Plan {
  return create(PlanSchema, { opType: { case: 'root', value: compileRelation(node) } });
}
