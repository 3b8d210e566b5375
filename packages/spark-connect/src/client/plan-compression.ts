import * as zlib from 'node:zlib';
import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  CompressionCodec,
  type Plan,
  Plan_CompressedOperation_OpType,
  PlanSchema,
} from '../gen/spark/connect/base_pb.js';
import { CommandSchema } from '../gen/spark/connect/commands_pb.js';
import { RelationSchema } from '../gen/spark/connect/relations_pb.js';
import { walkPlan } from '../plan-depth.ts';

const THRESHOLD = 'spark.connect.session.planCompression.threshold';
const ALGORITHM = 'spark.connect.session.planCompression.defaultAlgorithm';
/** Below this the server is not even asked for its threshold, which is 10 MiB by default. */
const MIN_BYTES = 64 * 1024;

export type Compress = (bytes: Uint8Array) => Uint8Array;

/** Node has zstd from 22.15 on; before that plans travel as they are. */
export const nodeZstd: Compress | undefined = (() => {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  return typeof compress === 'function' ? (bytes: Uint8Array) => new Uint8Array(compress(bytes)) : undefined;
})();

/** Compresses large plans as the session's configuration says. Since Spark 4.1. */
export class PlanCompression {
  readonly #getOptions: (keys: readonly string[]) => Promise<readonly (string | undefined)[]>;
  readonly #compress: Compress | undefined;
  #threshold: Promise<number> | undefined;

  constructor(
    getOptions: (keys: readonly string[]) => Promise<readonly (string | undefined)[]>,
    compress: Compress | undefined,
  ) {
    this.#getOptions = getOptions;
    this.#compress = compress;
  }

  /** The plan to send: compressed where that is wished and makes it smaller. */
  async apply(plan: Plan): Promise<Plan> {
    if (this.#compress === undefined) return plan;
    const { opType } = plan;
    if (opType.case === 'root') return this.#replace(plan, RelationSchema, opType.value, 'RELATION', this.#compress);
    if (opType.case === 'command') return this.#replace(plan, CommandSchema, opType.value, 'COMMAND', this.#compress);
    return plan;
  }

  /** The server could not read a compressed plan: it shall get no other. */
  disable(): void {
    this.#threshold = Promise.resolve(Number.POSITIVE_INFINITY);
  }

  async #replace<D extends DescMessage>(
    plan: Plan,
    schema: D,
    operation: MessageShape<D>,
    kind: 'RELATION' | 'COMMAND',
    compress: Compress,
  ): Promise<Plan> {
    const bytes = walkPlan(() => toBinary(schema, operation));
    if (bytes.byteLength < MIN_BYTES || bytes.byteLength <= (await this.#bytesFrom())) return plan;
    const data = compress(bytes);
    if (data.byteLength >= bytes.byteLength) return plan;
    const value = {
      data,
      opType: Plan_CompressedOperation_OpType[kind],
      compressionCodec: CompressionCodec.ZSTD,
    };
    return create(PlanSchema, { opType: { case: 'compressedOperation', value } });
  }

  /** From which size on; asked once in a session. */
  #bytesFrom(): Promise<number> {
    this.#threshold ??= this.#ask();
    return this.#threshold;
  }

  async #ask(): Promise<number> {
    const [threshold, algorithm] = await this.#getOptions([THRESHOLD, ALGORITHM]);
    const bytes = Number(threshold ?? -1);
    return algorithm === 'ZSTD' && bytes >= 0 ? bytes : Number.POSITIVE_INFINITY;
  }
}
