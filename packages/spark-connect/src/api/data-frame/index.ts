import type { Column } from '../../functions/column.ts';
import type { RelationNode } from '../../plan/relations/index.ts';
import { DataFrameWriter } from '../data-frame-writer.ts';
import { DataFrameWriterV2 } from '../data-frame-writer-v2.ts';
import { DataStreamWriter } from '../data-stream-writer.ts';
import { MergeIntoWriter } from '../merge-into-writer.ts';
import { FrameKept } from './kept.ts';

export type { ShowOptions } from './actions.ts';
export type { UnpivotOptions } from './columns.ts';

/**
 * A table to be computed: a session and a plan, both unchanging. Methods that build on the plan return a new DataFrame at
 * once; actions (`collect`, `count`, `show` …) and questions (`schema`, `explain` …) ask the server and are async.
 *
 * Its methods are in this folder, a file for each kind: columns, rows, combine, groups, actions, questions, kept.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/dataframe.html
 */
export class DataFrame extends FrameKept {
  /** Writes the rows to files, tables and other systems. */
  get write(): DataFrameWriter {
    return new DataFrameWriter(this.runCommand, this.node);
  }
  /** Writes the rows to a table of a catalog (data source V2). */
  writeTo(table: string): DataFrameWriterV2 {
    return new DataFrameWriterV2(this.runCommand, this.node, table);
  }
  /** Starts a streaming query on the rows. */
  get writeStream(): DataStreamWriter {
    return new DataStreamWriter(this);
  }
  /** Changes rows of a table by the rows of this DataFrame that the condition pairs them with. Since Spark 4.0. */
  mergeInto(table: string, condition: Column): MergeIntoWriter {
    return new MergeIntoWriter(this.runCommand, this.node, table, condition);
  }

  /** Applies a function of your own, so that chains stay readable. */
  transform<T>(change: (frame: DataFrame) => T): T {
    return change(this);
  }

  protected override wrap(node: RelationNode): DataFrame {
    return new DataFrame(this.session, node);
  }
}
