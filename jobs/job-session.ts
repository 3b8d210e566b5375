import { createHash } from 'node:crypto';
import { SparkConnectError, SparkSession } from '@instant-health/spark-connect';
import type { Logger } from '../settings/index.ts';
import type { SparkServer } from './targets/spark-server.ts';

/**
 * Queries live in their Spark session, and a session is found by its user and id. So that `status`, `stop` and a second
 * `submit` find a running job from any process on any machine, its session's id is computed: from the job's name and the
 * directory that it keeps its progress in (the same job on other directories is another one).
 *
 * Spark 4 refuses an id whose session has ended for good, e.g. after an hour without a call. A generation number then
 * leads to the next id; every process walks the same way and meets the others at the first id that is not refused. A
 * session that we end ourselves is released for reconnecting, so that a generation is used up only by time-outs.
 */
export async function openJobSession(options: {
  readonly server: SparkServer;
  readonly job: string;
  readonly identity: string;
  readonly log: Logger;
}): Promise<SparkSession> {
  for (let generation = 0; ; generation++) {
    const sessionId = jobSessionId(options.job, options.identity, generation);
    try {
      const spark = await SparkSession.builder()
        .remote(options.server.remote)
        .userId(SESSION_USER)
        .sessionId(sessionId)
        .connection({
          ...options.server.connection,
          logger: clientLogger(options.log),
          connectTimeoutMs: CONNECT_TIMEOUT_MS,
        })
        .create();
      return spark;
    } catch (error) {
      if (!(error instanceof SparkConnectError) || error.code !== 'session-closed' || generation >= MAX_GENERATIONS)
        throw error;
      options.log.debug(`session ${sessionId} has ended; trying the next generation`);
    }
  }
}

// Somebody waits at the terminal, and a wrong address is the likeliest reason.
const CONNECT_TIMEOUT_MS = 10_000;

/** The id of a job's session, a UUID made of its names: version 8, as RFC 9562 calls ids of one's own making. */
export function jobSessionId(job: string, identity: string, generation: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([job, identity, generation]))
    .digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    variant + hash.slice(17, 20),
    hash.slice(20, 32),
  ].join('-');
}

// All processes must name the same user, whoever runs them.
const SESSION_USER = 'instant-health';

// The server remembers a thousand ended sessions; so many of one job mean that something else is wrong.
const MAX_GENERATIONS = 1_000;

/** To the end of the line: the password follows, quoted and escaped in one way or another. */
const SCRAM_LOGIN = '(?<=ScramLoginModule required).*';

/** What a streaming job wants of its session, whichever queries it runs. */
export const SESSION_CONF: Readonly<Record<string, string>> = {
  // Closing a file on HDFS first waits 400 ms while its last block is not reported, and every batch closes two.
  'dfs.client.block.write.locateFollowingBlock.initial.delay.ms': '10',
  // Batches are small: two tasks finish sooner than two hundred.
  'spark.sql.shuffle.partitions': '2',
  // Nothing is gained by planning anew in the middle of a query that reads a few hundred rows.
  'spark.sql.adaptive.enabled': 'false',
  'spark.sql.session.timeZone': 'UTC',
  // Whoever follows a query of several batches a second fetches all reports that the server keeps, again and again: a
  // hundred of them were most of the garbage in the driver. So many are some seconds of batches.
  'spark.sql.streaming.numRecentProgressUpdates': '30',
  // How long Spark waits before it asks Kafka again where nothing had come. With its 10 ms a query without a trigger takes a third of a core
  // while it rests, Kafka's part included; so it takes a tenth, and a reading waits for 20 ms more at the mean.
  'spark.sql.streaming.pollingDelay': '50ms',
  // Spark keeps the text of what clients ask for, options included, for its UI and its event log: Kafka's login is one of them.
  'spark.sql.redaction.string.regex': SCRAM_LOGIN,
};

function clientLogger(log: Logger) {
  return {
    debug: (message: string) => log.debug(message),
    info: (message: string) => log.debug(message),
    warn: (message: string) => log.warn(message),
  };
}
