import { Column } from '../functions/column.ts';
import { lit } from '../functions/core.ts';
import { functionExpression, pickleOfExpression, withServerPython } from '../streaming/index.ts';
import type { ActionOptions } from './actions.ts';
import type { SparkSession } from './spark-session.ts';

/** A function of Python's that takes one text and gives one back. */
export interface PythonCall {
  /** A module's text that defines the function; it may import what the workers' Python has. */
  readonly source: string;
  /** The function's name. */
  readonly name: string;
  /** The text that it is called with. */
  readonly argument: string;
}

/**
 * Runs a function of Python once, on one of the workers of the cluster: to ask what only they can know, such as which packages
 * they have or what they can reach. What it prints is lost.
 *
 * @returns what the function returns
 * @throws SparkConnectError `unsupported` where the workers have no Python that can run it; `execution` where it raises
 */
export async function callPython(
  spark: SparkSession,
  { source, name, argument }: PythonCall,
  options: ActionOptions = {},
): Promise<string> {
  const answerType = "__import__('pyspark.sql.types', fromlist=['StringType']).StringType()";
  const command = pickleOfExpression(`(${functionExpression(source, name, {})}, ${answerType})`);
  const call = async (version: string) => {
    const answer = new Column({ kind: 'pythonFunction', name, command, version, args: [lit(argument).expression] });
    const [row] = await spark.range(1).select(answer.as('answer')).collect<{ answer: string }>(options);
    return row?.answer ?? '';
  };
  return withServerPython(spark.client, undefined, call, { what: 'callPython', signal: options.signal });
}
