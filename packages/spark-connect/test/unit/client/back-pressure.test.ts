import { create } from '@bufbuild/protobuf';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { expect } from 'chai';
import { encodeRows } from '../../../src/arrow/index.ts';
import { ExecutePlanResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { SparkSession, StructType, types as T } from '../../../src/index.ts';
import { toProto } from '../../../src/types/index.ts';
import { FakeServer } from './fake-server.ts';

const BATCHES = 200;
const ROWS_PER_BATCH = 64;
const ROW_BYTES = 1024;
const BATCH_BYTES = ROWS_PER_BATCH * ROW_BYTES;
const WINDOW_BYTES = 1024 * 1024;
/** Node's streams of objects hold so many, and one is on its way. */
const QUEUED = 16 + 1;

describe('a consumer that reads slowly', () => {
  const schema = new StructType().add('n', T.integer()).add('text', T.string());

  function* result() {
    yield create(ExecutePlanResponseSchema, { responseId: 'schema', schema: toProto(schema) });
    const text = 'x'.repeat(ROW_BYTES);
    const rows = Array.from({ length: ROWS_PER_BATCH }, (_, n) => ({ n, text }));
    const value = { rowCount: BigInt(ROWS_PER_BATCH), data: encodeRows(rows, schema) };
    for (let batch = 0; batch < BATCHES; batch++) {
      yield create(ExecutePlanResponseSchema, {
        responseId: `batch ${batch}`,
        responseType: { case: 'arrowBatch', value },
      });
    }
  }

  it('holds the server back: a few batches wait for it, however many there are', async () => {
    const server = await FakeServer.start({ flow: result(), ending: 'complete' });
    let received = 0;
    const counting: Interceptor = (options, next) =>
      new InterceptingCall(next(options), {
        start: (metadata, _listener, start) =>
          start(metadata, {
            onReceiveMessage: (message, pass) => {
              if (options.method_definition.path.endsWith('/ExecutePlan')) received++;
              pass(message);
            },
          }),
      });
    const spark = await SparkSession.builder()
      .remote(server.address)
      .connection({ interceptors: [counting] })
      .create();
    /** Calls that share the line with the result come back after what was sent before them. */
    const settled = async () => {
      for (let same = 0, before = -1; same < 10; before = server.flowed) {
        await spark.conf.getAll();
        same = server.flowed === before ? same + 1 : 0;
      }
    };
    try {
      let read = 0;
      for await (const { n } of spark.range(1).toLocalIterator<{ n: number }>()) {
        expect(n).to.equal(read % ROWS_PER_BATCH);
        const taken = Math.ceil(++read / ROWS_PER_BATCH) + 1;
        if (read !== 1 && read !== (BATCHES / 2) * ROWS_PER_BATCH) continue;
        await settled();
        expect(received - taken, 'batches in the client').to.be.within(1, QUEUED);
        expect(server.flowed - received, 'batches on the line').to.be.within(1, QUEUED + WINDOW_BYTES / BATCH_BYTES);
      }
      expect(read).to.equal(BATCHES * ROWS_PER_BATCH);
      expect(server.flowed).to.equal(BATCHES + 1);
    } finally {
      spark.disconnect();
      server.stop();
    }
  });
});
