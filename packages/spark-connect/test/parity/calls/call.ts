import type { Column, DataFrame, SparkSession } from '../../../src/index.ts';

/** What a call begins with: a session, and its tables `t` and `u`. */
export interface Given {
  readonly spark: SparkSession;
  readonly df: DataFrame;
  readonly other: DataFrame;
}

/** A column or a DataFrame, whose plan is compared; or what asks the server, whose first request is. */
export type Made = Column | DataFrame | Promise<unknown>;

/** One call, written for PySpark and for us; with a reason where both send different things on purpose. */
export type Call = readonly [python: string, ours: (given: Given) => Made, differs?: string];
