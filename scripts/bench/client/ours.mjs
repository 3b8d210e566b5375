// Our client, as it is installed, doing what it is measured at. Plain JavaScript, so that nothing stands between Node and the package.
// Reads one JSON object a line, {"task": …, "rows": …}, and answers each with {"ms": …}: the task's time without what prepares it.
import { createInterface } from 'node:readline';
import { InterceptingCall } from '@grpc/grpc-js';
import { SparkSession, Timestamp } from '@instant-health/spark-connect';

const SCHEMA = 'id BIGINT, d DOUBLE, s STRING, t TIMESTAMP';
const COLUMNS = JSON.parse(process.env.BENCH_COLUMNS);
// Our rows are sent by the first action, PySpark's by createDataFrame itself: both are measured until the server has them.
let rowsArrivedAt = 0;
const noteUploads = (options, nextCall) =>
  new InterceptingCall(nextCall(options), {
    start(metadata, _listener, next) {
      next(metadata, {
        onReceiveStatus(status, nextStatus) {
          if (options.method_definition.path.endsWith('/AddArtifacts')) rowsArrivedAt = performance.now();
          nextStatus(status);
        },
      });
    },
  });

const spark = await SparkSession.builder()
  .connection({ interceptors: [noteUploads] })
  .config('spark.sql.session.timeZone', 'UTC')
  .create();
const prepared = new Map();

const query = (rows) => spark.range(0, rows, 1, { numPartitions: 4 }).selectExpr(...COLUMNS);

function prepare(rows, run) {
  const start = Timestamp.parse('2026-01-01T00:00:00Z').epochMicros;
  const made =
    prepared.get(rows) ??
    Array.from({ length: rows }, (_, i) => ({
      id: i,
      d: i * 0.5,
      s: `ward ${i % 1000}`,
      t: new Timestamp(start + BigInt(i) * 1_000_003n),
    }));
  // Other rows each time: what the server has is not sent again.
  for (let i = 0; i < rows; i += 1000) made[i].d = run + 0.25;
  prepared.set(rows, made);
}

function expectRows(found, rows) {
  if (found !== rows) throw new Error(`${found} rows came instead of ${rows}`);
}

/** Each returns when it was done where that is before it ends. */
const TASKS = {
  collect: async (rows) => expectRows((await query(rows).collect()).length, rows),
  arrow: async (rows) => expectRows((await query(rows).toArrow()).numRows, rows),
  create: async (rows) => {
    await TASKS.analyze(rows);
    return rowsArrivedAt;
  },
  analyze: async (rows) => {
    await spark.createDataFrame(prepared.get(rows), SCHEMA).schema();
  },
  select: async (rows) => {
    for (let i = 0; i < rows; i++) expectRows((await (await spark.sql('select 1')).collect()).length, 1);
  },
  iterate: async (rows) => {
    let seen = 0;
    let sum = 0n;
    for await (const { id } of query(rows).toLocalIterator()) {
      seen++;
      sum += id;
    }
    expectRows(seen, rows);
    if (sum !== (BigInt(rows) * BigInt(rows - 1)) / 2n)
      throw new Error('the rows that came are not those that were asked for');
  },
};

let run = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { task, rows } = JSON.parse(line);
  if (task === 'create' || task === 'analyze') prepare(rows, run++);
  const started = performance.now();
  const ended = (await TASKS[task](rows)) ?? performance.now();
  console.log(JSON.stringify({ ms: ended - started }));
}
await spark.stop();
