/** Golden plans: protobuf as JSON, with plan ids renumbered so that a test does not depend on those before it. */
import { randomUUID } from 'node:crypto';
import { toJson } from '@bufbuild/protobuf';
import { loadArrow } from '../../src/api/arrow-room.ts';
import { PlanSchema } from '../../src/gen/spark/connect/base_pb.js';
import { type Command, CommandSchema } from '../../src/gen/spark/connect/commands_pb.js';
import type { DataFrame, SessionClient } from '../../src/index.ts';
import { SparkSession } from '../../src/index.ts';

// As opening a session does.
await loadArrow();

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A session without a server: it builds plans, and any call fails. */
export function planSession(): SparkSession {
  const settings: Partial<SessionClient> = { localBatchBytes: 16 * 1024 * 1024, sessionId: randomUUID() };
  const get = (_client: object, name: keyof SessionClient) => {
    if (name in settings) return settings[name];
    throw new Error('a plan was to be built, and no server to be asked');
  };
  return new SparkSession(new Proxy({} as SessionClient, { get } as ProxyHandler<SessionClient>));
}

/** The root relation of a DataFrame; its own id is the highest. */
export function rootOf(frame: DataFrame): Json {
  const plan = toJson(PlanSchema, frame.toPlan()) as { root: Json };
  return renumber(plan.root);
}

export function commandJson(command: Command): Json {
  return renumber(toJson(CommandSchema, command) as Json);
}

function renumber(json: Json): Json {
  const found: bigint[] = [];
  walk(json, (id) => found.push(BigInt(id)));
  const sorted = [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
  const ids = new Map(sorted.map((id, i) => [String(id), String(i + 1)]));
  return walk(json, (id) => ids.get(id) ?? id);
}

function walk(json: Json, visit: (id: string) => unknown): Json {
  if (Array.isArray(json)) return json.map((item) => walk(item, visit));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      if (key !== 'planId') return [key, walk(value, visit)];
      const replaced = visit(String(value));
      return [key, typeof replaced === 'string' ? replaced : value];
    }),
  );
}
