// Joins a session of another process, tells which queries it finds there, and stops the one that is named.
import { SparkSession } from '../../src/index.ts';

const settings: { remote: string; sessionId: string; userId: string; stop?: string } = JSON.parse(
  process.argv[2] ?? '{}',
);
const tell = (event: string, more: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

const { remote, sessionId, userId } = settings;
const spark = await SparkSession.builder().remote(remote).sessionId(sessionId).userId(userId).create();
const queries = await spark.streams.active();
tell('queries', { queries: queries.map(({ id, runId, name }) => ({ id, runId, name })) });
for (const query of queries) if (query.name === settings.stop) await query.stop();
tell('left', { names: (await spark.streams.active()).map(({ name }) => name) });
spark.disconnect();
