import type { StructType } from '../types/index.ts';
import type { RowLife, RowShape } from './row.ts';

// V8 sees that rows live long, and then puts a new one where its collector need not copy it. A value goes there with its row if it is made before
// the row, or is the first that is made after it; others stay behind, and are copied. A bigint is made at the last moment, so it comes after. But
// V8 makes a zero in another way, and what may be a zero or not stays behind as well: hence the branch without zeros, and `asIntN(0, …)`, which V8
// takes for the zero of 64 bits that it compares with itself. Found by what V8 allocates for a row with Node 20 (its memory-optimizer.cc says why), and
// measured: a million rows of the benchmark take a fifth less processor time there, and as much as before with Node 22.

/** V8 keeps no more properties than about so many in an object that has a hidden class. */
const MOST_COLUMNS = 1000;
/** The branch for a bigint doubles the text, and compiling a row of a hundred columns takes V8 as long as reading thousands of them. */
const MOST_COLUMNS_WITH_BRANCH = 16;

/**
 * Compiles the reader of a schema's rows, as if somebody had written `{ id: …, name: … }` for it: all rows have one hidden class, and V8 reads all
 * columns in one go.
 *
 * @param life functions for rows that live differently have different texts, since V8 takes equal ones for the same function
 * @returns undefined where a process may not compile text (`node --disallow-code-generation-from-strings`), or there are too many columns
 */
export function compiledRows(schema: StructType, life: RowLife): RowShape | undefined {
  if (schema.fields.length > MOST_COLUMNS) return undefined;
  try {
    return new Function('columns', `// ${life}${rowsText(schema)}`) as RowShape;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function rowsText({ fields }: StructType): string {
  const columns = [...fields.keys()];
  const isBigint = (column: number) => fields[column]?.dataType.kind === 'long';
  const bigint = columns.length > MOST_COLUMNS_WITH_BRANCH ? undefined : columns.find(isBigint);
  const early = columns.filter((column) => !isBigint(column));

  const row = (known: readonly number[]) => {
    // As a JSON string a name is nothing but a name, whatever is in it.
    const properties = fields.map(({ name }, column) => {
      const value = known.includes(column) ? `value${column}` : `get${column}(index)`;
      return `${JSON.stringify(name)}: ${value}`;
    });
    return `({ ${properties.join(', ')} })`;
  };

  return `
    ${columns.map((column) => `const get${column} = columns[${column}].get;`).join('\n')}
    ${bigint === undefined ? '' : `const { isNull, getValue } = columns[${bigint}]; const { asIntN } = BigInt;`}
    const read = (index) => {
      ${early.map((column) => `const value${column} = get${column}(index);`).join('\n')}
      ${
        bigint === undefined
          ? ''
          : `if (!isNull(index)) {
               const value${bigint} = getValue(index);
               if (value${bigint} !== asIntN(0, value${bigint})) return ${row([...early, bigint])};
             }`
      }
      return ${row(early)};
    };
    const readInto = (rows, from, count) => {
      for (let index = 0; index < count; index++) rows[from + index] = read(index);
    };
    return { read, readInto };`;
}
