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

  /** The columns' names and types; asked once. */
  schema(): Promise<StructType> {
    this.#schema ??= analyzeSchema(this.session.client, this.node).catch((error: unknown) => {
      // A failed question may be asked again: the table may be there by then.
      this.#schema = undefined;
      throw error;
    });
    return this.#schema;
  }
  async columns(): Promise<readonly string[]> {
    return (await this.schema()).names;
  }
  /** [name, type as Spark writes it in short] of each column. */
  async dtypes(): Promise<readonly (readonly [string, string])[]> {
    return (await this.schema()).fields.map(({ name, dataType }) => [name, simpleString(dataType)] as const);
  }
  async printSchema(level?: number): Promise<void> {
    console.log(await analyzeTreeString(this.session.client, this.node, level));
  }
  async explain(mode: ExplainMode = 'simple'): Promise<void> {
    console.log(await this.explainString(mode));
  }
  /** What {@link explain} prints. */
  explainString(mode: ExplainMode = 'simple'): Promise<string> {
    return analyzeExplain(this.session.client, this.node, mode);
  }
  isStreaming(): Promise<boolean> {
    return analyzeIsStreaming(this.session.client, this.node);
  }
  isLocal(): Promise<boolean> {
    return analyzeIsLocal(this.session.client, this.node);
  }
  inputFiles(): Promise<readonly string[]> {
    return analyzeInputFiles(this.session.client, this.node);
  }
  sameSemantics(other: DataFrame): Promise<boolean> {
    return analyzeSameSemantics(this.session.client, this.node, other.node);
  }
  semanticHash(): Promise<number> {
    return analyzeSemanticHash(this.session.client, this.node);
  }
}
