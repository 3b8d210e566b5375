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

  range(...args: Parameters<SparkSession['range']>): DataFrame {
    return this.#session.range(...args);
  }
  explode(collection: Column): DataFrame {
    return this.call('explode', collection);
  }
  explodeOuter(collection: Column): DataFrame {
    return this.call('explode_outer', collection);
  }
  inline(structs: Column): DataFrame {
    return this.call('inline', structs);
  }
  inlineOuter(structs: Column): DataFrame {
    return this.call('inline_outer', structs);
  }
  jsonTuple(json: Column, ...fields: readonly [Column, ...Column[]]): DataFrame {
    return this.call('json_tuple', json, ...fields);
  }
  posexplode(collection: Column): DataFrame {
    return this.call('posexplode', collection);
  }
  posexplodeOuter(collection: Column): DataFrame {
    return this.call('posexplode_outer', collection);
  }
  /** The values in `count` rows. */
  stack(count: Column, ...values: readonly Column[]): DataFrame {
    return this.call('stack', count, ...values);
  }
  collations(): DataFrame {
    return this.call('collations');
  }
  sqlKeywords(): DataFrame {
    return this.call('sql_keywords');
  }
  variantExplode(variant: Column): DataFrame {
    return this.call('variant_explode', variant);
  }
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
