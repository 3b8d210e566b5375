import { type Column, columnExpression, optionalExpression } from '../functions/column.ts';
import { command, type MergeAction, type MergeIntoNode } from '../plan/commands.ts';
import { sqlExpressionNode } from '../plan/expressions.ts';
import { defined, type RelationNode } from '../plan/relations/index.ts';
import type { ActionOptions } from './actions.ts';
import type { CommandRun } from './run-command.ts';

type Clauses = Pick<MergeIntoNode, 'matched' | 'notMatched' | 'notMatchedBySource' | 'schemaEvolution'>;
type Clause = 'matched' | 'notMatched' | 'notMatchedBySource';
/** Values by the target's columns. */
export type Assignments = Readonly<Record<string, Column>>;

/**
 * MERGE INTO: updates, inserts and deletes rows of a table by the rows of a DataFrame. Immutable; clauses are tried in the
 * order in which they were added, and `merge()` runs them. The table's format must support it. Since Spark 4.0.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.MergeIntoWriter.html
 */
export class MergeIntoWriter {
  readonly #runCommand: CommandRun;
  readonly #source: RelationNode;
  readonly #table: string;
  readonly #condition: Column;
  readonly #clauses: Clauses;

  constructor(
    runCommand: CommandRun,
    source: RelationNode,
    table: string,
    condition: Column,
    clauses: Clauses = { matched: [], notMatched: [], notMatchedBySource: [], schemaEvolution: false },
  ) {
    this.#runCommand = runCommand;
    this.#source = source;
    this.#table = table;
    this.#condition = condition;
    this.#clauses = Object.freeze(clauses);
  }

  /** What happens to a row of the table that has a partner. */
  whenMatched(condition?: Column): WhenMatched {
    return new WhenMatched((action) => this.#with('matched', action), condition);
  }
  /** What happens to a row of the DataFrame that has no partner. */
  whenNotMatched(condition?: Column): WhenNotMatched {
    return new WhenNotMatched((action) => this.#with('notMatched', action), condition);
  }
  /** What happens to a row of the table that has no partner. */
  whenNotMatchedBySource(condition?: Column): WhenMatched {
    return new WhenMatched((action) => this.#with('notMatchedBySource', action), condition);
  }
  /** Adds columns to the table that only the DataFrame has. */
  withSchemaEvolution(): MergeIntoWriter {
    return this.#copy({ schemaEvolution: true });
  }

  /** Runs the merge. */
  async merge(options: ActionOptions = {}): Promise<void> {
    await this.#runCommand(this.toCommand(), options);
  }

  /** The command record that `merge` sends, for tools and tests. */
  toCommand(): MergeIntoNode {
    const condition = columnExpression(this.#condition);
    return command({ kind: 'mergeInto', table: this.#table, source: this.#source, condition, ...this.#clauses });
  }

  #with(clause: Clause, action: MergeAction): MergeIntoWriter {
    return this.#copy({ [clause]: [...this.#clauses[clause], action] });
  }
  #copy(change: Partial<Clauses>): MergeIntoWriter {
    const clauses = { ...this.#clauses, ...change };
    return new MergeIntoWriter(this.#runCommand, this.#source, this.#table, this.#condition, clauses);
  }
}

type Add = (action: MergeAction) => MergeIntoWriter;

/**
 * Waits for what shall happen to a row of the table.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.MergeIntoWriter.html
 */
export class WhenMatched {
  readonly #add: Add;
  readonly #condition: Column | undefined;

  constructor(add: Add, condition: Column | undefined) {
    this.#add = add;
    this.#condition = condition;
  }

  /** Takes every column from the DataFrame, by name. */
  updateAll(): MergeIntoWriter {
    return this.#add(action('update', this.#condition));
  }
  /** Sets these columns. */
  update(assignments: Assignments): MergeIntoWriter {
    return this.#add(action('update', this.#condition, assignments));
  }
  /** Deletes the row. */
  delete(): MergeIntoWriter {
    return this.#add(action('delete', this.#condition));
  }
}

/**
 * Waits for what shall happen to a row that the table has not.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.MergeIntoWriter.html
 */
export class WhenNotMatched {
  readonly #add: Add;
  readonly #condition: Column | undefined;

  constructor(add: Add, condition: Column | undefined) {
    this.#add = add;
    this.#condition = condition;
  }

  /** Takes every column from the DataFrame, by name. */
  insertAll(): MergeIntoWriter {
    return this.#add(action('insert', this.#condition));
  }
  /** Adds a row of these values. */
  insert(assignments: Assignments): MergeIntoWriter {
    return this.#add(action('insert', this.#condition, assignments));
  }
}

function action(kind: MergeAction['action'], condition?: Column, values?: Assignments): MergeAction {
  const assignments =
    values === undefined
      ? undefined
      : Object.entries(values).map(([key, value]) => [sqlExpressionNode(key), columnExpression(value)] as const);
  return { action: kind, ...defined({ condition: optionalExpression(condition), assignments }) };
}
