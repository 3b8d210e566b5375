import { type Column, type ColumnOrName, nameToExpression } from '../functions/column.ts';
import { relation } from '../plan/relations/index.ts';
import { DataFrame } from './data-frame/index.ts';
import type { SparkSession } from './spark-session.ts';
import type { TableArg } from './table-arg.ts';

/**
 * `spark.tvf`: functions whose result is a table. In a lateral join their arguments may be columns of the other side
 * (`col('x').outer()`). Since Spark 4.0, but for `range`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/tvf.html
 */
export class TableValuedFunction {
  readonly #session: SparkSession;

  constructor(session: SparkSession) {
    this.#session = session;
  }

  /** The longs of a range in a column `id`. */
  range(...args: Parameters<SparkSession['range']>): DataFrame {
    return this.#session.range(...args);
  }
  /** A row for each element of an array, or each entry of a map. */
  explode(collection: Column): DataFrame {
    return this.call('explode', collection);
  }
  /** {@link explode}, with a row of null for nothing. */
  explodeOuter(collection: Column): DataFrame {
    return this.call('explode_outer', collection);
  }
  /** A row for each struct of an array. */
  inline(structs: Column): DataFrame {
    return this.call('inline', structs);
  }
  /** {@link inline}, with a row of null for nothing. */
  inlineOuter(structs: Column): DataFrame {
    return this.call('inline_outer', structs);
  }
  /** The fields of a JSON text. */
  jsonTuple(json: Column, ...fields: readonly [Column, ...Column[]]): DataFrame {
    return this.call('json_tuple', json, ...fields);
  }
  /** {@link explode} with positions. */
  posexplode(collection: Column): DataFrame {
    return this.call('posexplode', collection);
  }
  /** {@link posexplode}, with a row of null for nothing. */
  posexplodeOuter(collection: Column): DataFrame {
    return this.call('posexplode_outer', collection);
  }
  /** The values in `count` rows. */
  stack(count: Column, ...values: readonly Column[]): DataFrame {
    return this.call('stack', count, ...values);
  }
  /** The collations that the server knows. Since Spark 4.0. */
  collations(): DataFrame {
    return this.call('collations');
  }
  /** SQL's keywords, and which of them are reserved. */
  sqlKeywords(): DataFrame {
    return this.call('sql_keywords');
  }
  /** A row for each element or field of a variant. Since Spark 4.0. */
  variantExplode(variant: Column): DataFrame {
    return this.call('variant_explode', variant);
  }
  /** {@link variantExplode}, with a row of null for nothing. */
  variantExplodeOuter(variant: Column): DataFrame {
    return this.call('variant_explode_outer', variant);
  }
  /** What Python workers of this session logged. Since Spark 4.1. */
  pythonWorkerLogs(): DataFrame {
    return this.call('python_worker_logs');
  }
  /** Any other table-valued function, a user's own as well: `call('my_function', df.asTable().partitionBy('ward'))`. */
  call(name: string, ...args: readonly (ColumnOrName | TableArg)[]): DataFrame {
    const expressions = args.map((arg) => (typeof arg === 'string' ? nameToExpression(arg) : arg.expression));
    return new DataFrame(this.#session, relation({ kind: 'tableFunction', name, args: expressions }));
  }
}
