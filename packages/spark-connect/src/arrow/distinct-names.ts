import { DataType as ArrowType, type Field, List, Map_, Struct } from 'apache-arrow';

/**
 * Columns under names that are all different and none empty, in every depth; what the names are the server takes from the
 * schema beside the bytes.
 *
 * apache-arrow drops columns whose names repeat, and writes an empty name as none, which no server reads; the server's own Arrow
 * drops inner columns whose names repeat.
 */
export function withDistinctNames(fields: readonly Field[]): readonly Field[] {
  const inner = fields.map(withDistinctNamesInside);
  const taken = new Set(inner.map(({ name }) => name));
  if (taken.size === inner.length && !taken.has('')) return areSame(inner, fields) ? fields : inner;
  const seen = new Set(['']);
  return inner.map((field, position) => {
    let name = field.name;
    for (let suffix = position; seen.has(name) || (name !== field.name && taken.has(name)); suffix++) {
      name = `${field.name}_${suffix}`;
    }
    seen.add(name);
    return field.clone({ name });
  });
}

function withDistinctNamesInside(field: Field): Field {
  const type: ArrowType = field.type;
  const children: readonly Field[] | undefined = type.children ?? undefined;
  if (children === undefined) return field;
  const named = withDistinctNames(children);
  return named === children ? field : field.clone({ type: withChildren(type, named) });
}

/** Of the types with inner ones only these are sent: others were made into them before. */
function withChildren(type: ArrowType, children: readonly Field[]): ArrowType {
  if (ArrowType.isStruct(type)) return new Struct([...children]);
  const [first] = children;
  if (first === undefined) return type;
  if (ArrowType.isMap(type)) return new Map_(first, type.keysSorted);
  return ArrowType.isList(type) ? new List(first) : type;
}

function areSame(fields: readonly Field[], others: readonly Field[]): boolean {
  return fields.every((field, i) => field === others[i]);
}
