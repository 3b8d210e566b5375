import type { CallSignal } from '../../client/connect-options.ts';
import { unlessAborted } from '../../client/unless-aborted.ts';
import { type StructType, simpleString } from '../../types/index.ts';
import {
  analyzeExplain,
  analyzeInputFiles,
  analyzeIsLocal,
  analyzeIsStreaming,
  analyzeSameSemantics,
  analyzeSchema,
  analyzeSemanticHash,
  analyzeTreeString,
  type ExplainMode,
} from '../analyze.ts';
import { FrameActions } from './actions.ts';
import type { DataFrame } from './index.ts';

/** What the server knows of a DataFrame without running it. */
export abstract class FrameQuestions extends FrameActions {
  #schema: Promise<StructType> | undefined;

  /** The columns' names and types; asked once, for all who want to know. */
  schema({ signal }: CallSignal = {}): Promise<StructType> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#schema ??= analyzeSchema(this.session.client, this.node).catch((error: unknown) => {
      // A failed question may be asked again: the table may be there by then.
      this.#schema = undefined;
      throw error;
    });
    return unlessAborted(this.#schema, signal);
  }
  /** The columns' names. */
  async columns(options: CallSignal = {}): Promise<readonly string[]> {
    return (await this.schema(options)).names;
  }
  /** [name, type as Spark writes it in short] of each column. */
  async dtypes(options: CallSignal = {}): Promise<readonly (readonly [string, string])[]> {
    return (await this.schema(options)).fields.map(({ name, dataType }) => [name, simpleString(dataType)] as const);
  }
  /** Prints the schema as a tree, down to a level where one is given. */
  async printSchema(level?: number, options: CallSignal = {}): Promise<void> {
    console.log(await analyzeTreeString(this.session.client, this.node, level, options));
  }
  /** Prints how Spark will compute the rows. */
  async explain(mode: ExplainMode = 'simple', options: CallSignal = {}): Promise<void> {
    console.log(await this.explainString(mode, options));
  }
  /** What {@link explain} prints. */
  explainString(mode: ExplainMode = 'simple', options: CallSignal = {}): Promise<string> {
    return analyzeExplain(this.session.client, this.node, mode, options);
  }
  /** Whether rows come as long as a query runs. */
  isStreaming(options: CallSignal = {}): Promise<boolean> {
    return analyzeIsStreaming(this.session.client, this.node, options);
  }
  /** Whether actions need no executor. */
  isLocal(options: CallSignal = {}): Promise<boolean> {
    return analyzeIsLocal(this.session.client, this.node, options);
  }
  /** The files that are read. */
  inputFiles(options: CallSignal = {}): Promise<readonly string[]> {
    return analyzeInputFiles(this.session.client, this.node, options);
  }
  /** Whether both plans mean the same; false proves no difference. */
  sameSemantics(other: DataFrame, options: CallSignal = {}): Promise<boolean> {
    return analyzeSameSemantics(this.session.client, this.node, other.node, options);
  }
  /** A hash that plans of the same meaning share. */
  semanticHash(options: CallSignal = {}): Promise<number> {
    return analyzeSemanticHash(this.session.client, this.node, options);
  }
}
