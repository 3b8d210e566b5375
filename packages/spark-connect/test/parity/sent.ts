/** What our client would send for a call, as build-plans.py tells it of PySpark. */
import { randomUUID } from 'node:crypto';
import { create, toJson } from '@bufbuild/protobuf';
import { loadArrow } from '../../src/api/arrow-room.ts';
import { AnalyzePlanRequestSchema, PlanSchema } from '../../src/gen/spark/connect/base_pb.js';
import { CommandSchema } from '../../src/gen/spark/connect/commands_pb.js';
import { ExpressionSchema } from '../../src/gen/spark/connect/expressions_pb.js';
import { Column, DataFrame, type SessionClient, SparkConnectError, SparkSession } from '../../src/index.ts';
import { compileExpression } from '../../src/plan/compile/index.ts';
import type { Json } from '../helpers/plans.ts';
import type { Call, Given } from './calls/call.ts';

// As opening a session does.
await loadArrow();

/** Leaves a call when it would ask the server. */
class Sent extends Error {
  readonly request: Json;

  constructor(request: Json) {
    super('a request was sent');
    this.request = request;
  }
}

const noServer: Partial<SessionClient> = {
  sessionId: randomUUID(),
  execute: (plan) => {
    throw new Sent(toJson(PlanSchema, typeof plan === 'function' ? plan() : plan));
  },
  runCommand: (command) => {
    throw new Sent({ command: toJson(CommandSchema, command) });
  },
  analyze: (analyze) => {
    throw new Sent(toJson(AnalyzePlanRequestSchema, create(AnalyzePlanRequestSchema, { analyze })));
  },
};
const spark = new SparkSession(noServer as SessionClient);
const given: Given = { spark, df: spark.table('t'), other: spark.table('u') };

/** @throws whatever is no refusal of our client's */
export async function sentFor([python, ours]: Call): Promise<Json> {
  try {
    const made = ours(given);
    if (made instanceof Column) return toJson(ExpressionSchema, compileExpression(made.expression));
    if (made instanceof DataFrame) return (toJson(PlanSchema, made.toPlan()) as { readonly root: Json }).root;
    await made;
  } catch (error) {
    if (error instanceof Sent) return error.request;
    if (error instanceof SparkConnectError) return { refused: error.message };
    throw error;
  }
  throw new Error(`our call for ${python} sends nothing`);
}
