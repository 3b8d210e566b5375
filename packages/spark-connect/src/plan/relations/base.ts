import { randomInt } from 'node:crypto';

/** What all relation records share. */
export interface RelationBase {
  /** Unique in this process: `df.col('x')` refers to its DataFrame by it, and the server tags the plan's node with it. */
  readonly planId: bigint;
}

// Spark 4 keeps analysed plans by their message, this id included: two processes that share a session and both counted
// from 1 would get each other's, a listing of files among them, however old.
let lastPlanId = BigInt(randomInt(2 ** 46)) << 16n;

/** Freezes a relation record and gives it an id of its own. */
export function relation<const T extends { readonly kind: string }>(fields: T): Readonly<T & RelationBase> {
  lastPlanId += 2n;
  return Object.freeze({ ...fields, planId: lastPlanId });
}

/** The id of the relation that carries another one together with its subqueries: kept free beside each relation's own. */
export function referencesId({ planId }: RelationBase): bigint {
  return planId + 1n;
}

/** Drops the keys whose value is undefined, so that records hold what was said and nothing else. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
