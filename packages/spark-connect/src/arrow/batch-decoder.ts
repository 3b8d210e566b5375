import type { RecordBatch } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { chooseDecoder } from './choose-decoder.ts';
import { FlatVector } from './column-vector.ts';
import type { Decoder } from './decoder.ts';
import { keptRowShape } from './kept-shapes.ts';
import { readArrowStream } from './read-stream.ts';
import type { RowShape } from './row.ts';
import { RowBatch } from './row-batch.ts';
import { schemaFromArrow } from './schema-from-arrow.ts';
import { typedValues } from './typed-values.ts';

interface Settled {
  readonly schema: StructType;
  readonly decoders: readonly Decoder[];
  readonly shape: RowShape;
}

/** A result is large from so many values on: a few MiB, of which V8's young generation has room for some 16. */
const LARGE_RESULT_VALUES = 100_000;

/** Reads the Arrow batches of one result: how, is settled once from the schema. */
export class BatchDecoder {
  #settled: Settled | undefined;
  /** Of rows that are taken together, once the result is known to be large. */
  #lastingShape: RowShape | undefined;
  #valuesSeen = 0;

  /**
   * @param schema Spark's schema of the result; without one, it is made from the first message
   * @throws SparkConnectError `decode` for a type that cannot be read, naming the column
   */
  constructor(schema: StructType | undefined) {
    this.#settled = schema && settle(schema);
  }

  /**
   * Reads one message.
   *
   * @param ipc a whole Arrow IPC stream: a schema and any number of record batches. Text and bytes of the rows are
   *   copies; the batch itself looks into these bytes.
   * @throws SparkConnectError `decode`, naming the column and its type where one is at fault
   */
  decode(ipc: Uint8Array): RowBatch {
    const message = readArrowStream(ipc);
    this.#settled ??= settle(schemaFromArrow(message.schema));
    const { schema, decoders, shape } = this.#settled;
    const columnCount = message.schema.fields.length;
    if (columnCount !== decoders.length) {
      throw new SparkConnectError(
        'decode',
        `the batch has ${columnCount} columns where the schema has ${decoders.length}`,
      );
    }
    const chunks = message.batches.map((batch) => ({
      rowCount: batch.numRows,
      columns: bindBatch(batch, schema, decoders),
    }));
    if (this.#valuesSeen >= LARGE_RESULT_VALUES) this.#lastingShape ??= keptRowShape(schema, 'lasting');
    const batch = new RowBatch(schema, chunks, shape, this.#lastingShape);
    this.#valuesSeen += batch.rowCount * columnCount;
    return batch;
  }
}

function settle(schema: StructType): Settled {
  return {
    schema,
    decoders: schema.fields.map(({ name, dataType }) => chooseDecoder(name, dataType)),
    shape: keptRowShape(schema, 'passing'),
  };
}

function bindBatch(batch: RecordBatch, schema: StructType, decoders: readonly Decoder[]): FlatVector[] {
  return decoders.map((decoder, index) => {
    const data = batch.data.children[index];
    if (!data || data.length < batch.numRows) {
      throw new SparkConnectError('decode', `column ${decoder.path}: the batch holds fewer rows than it says`);
    }
    const name = schema.fields[index]?.name ?? '';
    return new FlatVector(name, decoder.type, batch.numRows, decoder.bind(data), () =>
      typedValues(name, decoder.type, data),
    );
  });
}
