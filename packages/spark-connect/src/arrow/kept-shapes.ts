import type { StructType } from '../types/index.ts';
import type { RowLife, RowShape } from './row.ts';
import { rowShape } from './row-shape.ts';

/** The schemas that a program asks for again and again are few; what was compiled for one of a hundred columns takes a few hundred KiB. */
const MOST_KEPT = 50;

const kept = new Map<string, RowShape>();

/**
 * `rowShape`, the same one for the same columns: what V8 has compiled for one result serves the next. Without it a row of a hundred columns is
 * compiled for longer than it takes to read thousands of them.
 */
export function keptRowShape(schema: StructType, life: RowLife): RowShape {
  const key = JSON.stringify([life, schema.fields.map(({ name, dataType }) => [name, dataType.kind])]);
  const shape = kept.get(key) ?? rowShape(schema, life);
  // A Map gives what was set first before the others.
  kept.delete(key);
  kept.set(key, shape);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return shape;
}
