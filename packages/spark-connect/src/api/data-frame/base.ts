import { invalid } from '../../errors.ts';
import type { Plan } from '../../gen/spark/connect/base_pb.js';
import { relationPlan } from '../../plan/compile/index.ts';
import { relationText } from '../../plan/relation-text.ts';
import type { RelationNode } from '../../plan/relations/index.ts';
import { INSPECT } from '../../types/index.ts';
import type { SparkSession } from '../spark-session.ts';
import type { DataFrame } from './index.ts';

/** What all parts of a DataFrame stand on: a session and a plan. */
export abstract class FrameBase {
  /** The session that it belongs to. */
  readonly session: SparkSession;
  /** The plan record that it stands for. */
  readonly node: RelationNode;

  constructor(session: SparkSession, node: RelationNode) {
    this.session = session;
    this.node = node;
  }

  /** The session that it belongs to. */
  get sparkSession(): SparkSession {
    return this.session;
  }

  /** The protobuf plan, for tools and tests. */
  toPlan(): Plan {
    return relationPlan(this.node);
  }

  /** What Node's console prints: the steps of the plan. The rows are in `show()`. */
  [INSPECT](): string {
    return `DataFrame<${relationText(this.node)}>`;
  }

  /** The plan of a DataFrame that this one is combined with. @throws SparkConnectError as {@link nodeIn} */
  protected nodeOf(other: FrameBase): RelationNode {
    return nodeIn(this.session, other);
  }

  /** A DataFrame of the same session on another plan. */
  protected abstract wrap(node: RelationNode): DataFrame;
}

/**
 * The plan of a DataFrame for use in a session: in another than its own, its tables and views would be others of the same name.
 *
 * @throws SparkConnectError invalid-argument
 */
export function nodeIn(session: SparkSession, frame: FrameBase): RelationNode {
  const { session: other } = (frame as FrameBase | undefined) ?? {};
  if (other === undefined) {
    const given: unknown = frame;
    throw invalid(
      given instanceof Promise ? 'a DataFrame is wanted, not a promise of one: await it' : 'a DataFrame is wanted',
    );
  }
  if (other === session || other.sessionId === session.sessionId) return frame.node;
  throw invalid('DataFrames must be of the same session: read the one anew with the session of the other');
}

export function rowCount(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 31) return count;
  throw invalid(`${count} is no number of rows (0 to 2147483647)`);
}
