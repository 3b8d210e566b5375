// A driver of one foreachBatch query over JSON files, for tests that kill, freeze or replace drivers.
import { type ForeachBatchContext, SparkConnectError, SparkSession } from '../../src/index.ts';

const settings: {
  remote: string;
  input: string;
  checkpoint: string;
  sessionId?: string;
  userId?: string;
  queryName?: string;
  leaseTimeoutMs?: number;
  /** The handler tells of this batch and then never returns; -1: of none. */
  hangAt?: number;
  /** The handler hangs without an eye for its signal. */
  deaf?: boolean;
  /** Ends the query once it has handled this batch. */
  stopAfter?: number;
} = JSON.parse(process.argv[2] ?? '{}');
const tell = (event: string, more: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

const { sessionId, userId } = settings;
let builder = SparkSession.builder().remote(settings.remote).config('spark.sql.shuffle.partitions', '1');
if (sessionId !== undefined) builder = builder.sessionId(sessionId);
if (userId !== undefined) builder = builder.userId(userId);
const spark = await builder.create();

const handle = async (ids: number[], batchId: number, { signal }: ForeachBatchContext) => {
  tell('batch', { batchId, ids });
  if (batchId !== settings.hangAt) return;
  await new Promise((_, reject) => {
    // A timer, since a pending promise alone keeps no process alive.
    setInterval(() => {}, 1_000_000);
    signal.addEventListener('abort', () => {
      tell('signal');
      if (!settings.deaf) reject(signal.reason);
    });
  });
};
const query = await spark.readStream
  .schema('id INT')
  .option('maxFilesPerTrigger', 1)
  .json(settings.input)
  .writeStream.queryName(settings.queryName ?? 'driver')
  .option('checkpointLocation', settings.checkpoint)
  .foreachBatch(
    async (batch, batchId, context) => {
      const rows = (await batch.collect()) as { id: number }[];
      await handle(
        rows.map(({ id }) => id),
        batchId,
        context,
      );
      if (batchId === settings.stopAfter) void query.stop({ drainTimeoutMs: 10_000 });
    },
    settings.leaseTimeoutMs === undefined ? {} : { leaseTimeoutMs: settings.leaseTimeoutMs },
  )
  .start();
tell('started', { id: query.id, runId: query.runId, sessionId: spark.sessionId });
try {
  await query.awaitTermination();
  tell('terminated');
} catch (error) {
  const code = error instanceof SparkConnectError ? error.code : undefined;
  tell('failed', { code, message: error instanceof Error ? error.message : String(error) });
}
// A session that was named is shared: others are in it still.
if (sessionId === undefined) await spark.stop();
else spark.disconnect();
process.exit(0);
