import { SparkConnectError } from '@instant-health/spark-connect';
import { isLoopback, maskRemote, messageOf, OperatorError } from '../settings/index.ts';

/** What a failure is explained with: the settings that the person at the terminal can change. */
export interface FailureContext {
  readonly remote: string;
  readonly topic: string;
  readonly brokers: string;
}

interface Explanation {
  readonly pattern: RegExp;
  explain(match: RegExpExecArray, context: FailureContext): { code: string; message: string; next: string };
}

const DIRECTORIES = 'VITALS_DIR, VITALS_CHECKPOINT, ALERTS_CHECKPOINT, QUARANTINE_DIR';

/** Spark's words for what goes wrong around it, told by the setting that mends it. The first that fits is used. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /(?:SaslAuthentication|SslAuthentication|TopicAuthorization|GroupAuthorization)Exception: ([^\n]+)/,
    explain: ([, said = ''], { brokers }) => ({
      code: 'KAFKA_SIGN_IN',
      message: `Kafka at ${brokers} (KAFKA_BROKERS) does not let Spark in: ${said.slice(0, 200)}`,
      next: 'Check KAFKA_AUTH, KAFKA_CA, the login, and what the user (for IAM: the role of the nodes) may read.',
    }),
  },
  {
    pattern: /UnknownTopicOrPartitionException|UNKNOWN_TOPIC_OR_PARTITION|This server does not host this topic/,
    explain: (_match, { topic }) => ({
      code: 'TOPIC_MISSING',
      message: `Kafka has no topic ${topic} (KAFKA_TOPIC)`,
      next: 'Create it, or correct KAFKA_TOPIC; then submit again: nothing has been lost.',
    }),
  },
  {
    pattern:
      /Failed to (?:construct kafka consumer|create new KafkaAdminClient)|No resolvable bootstrap urls|Timed out waiting for a node assignment|TimeoutException: Timeout expired while fetching topic metadata/i,
    explain: (_match, { brokers }) => ({
      code: 'KAFKA_UNREACHABLE',
      message: `Spark cannot reach Kafka at ${brokers} (KAFKA_BROKERS)`,
      next: 'The address must be reachable from the Spark server, and from its executors.',
    }),
  },
  {
    pattern: /Failed to find (?:the )?data source: `?kafka|DATA_SOURCE_NOT_FOUND[\s\S]*kafka/i,
    explain: (_match, { remote }) => ({
      code: 'KAFKA_CONNECTOR_MISSING',
      message: `the Spark server at ${maskRemote(remote)} (SPARK_REMOTE) has no Kafka connector`,
      next: 'Start it with --packages org.apache.spark:spark-sql-kafka-0-10_<scala>:<its version>.',
    }),
  },
  {
    pattern: /(?:AccessControlException[^\n]*?)?Permission denied: user=(\S+?),[^\n]*?inode="([^"]+)"/,
    explain: ([, user = '?', inode = '?']) => ({
      code: 'HDFS_NOT_WRITABLE',
      message: `HDFS lets user ${user} not write below ${inode} (${DIRECTORIES})`,
      next: `Give the directory to that user (hdfs dfs -chown ${user} …), or set the variables to directories of its own.`,
    }),
  },
  {
    pattern: /The (\w+) quota(?: \([^)]*\))? of (?:directory )?(\S+) is exceeded[^\n]*/i,
    explain: ([, kind = '', directory = '']) => ({
      code: 'HDFS_NOT_WRITABLE',
      message: `HDFS lets nothing more be written: the ${kind.toLowerCase()} quota of ${directory} is used up (${DIRECTORIES})`,
      next: 'Make room or raise the quota (hdfs dfsadmin -setQuota …), then submit again: nothing has been lost.',
    }),
  },
  {
    pattern: /(\/\S*?):? \(is not a directory\)|Parent path is not a directory: (\S+)/i,
    explain: ([, file, parent]) => ({
      code: 'HDFS_NOT_WRITABLE',
      message: `HDFS has a file where a directory is needed: ${file ?? parent} (${DIRECTORIES})`,
      next: 'Move the file away, or set the variables to other directories.',
    }),
  },
  {
    pattern: /SafeModeException|Name node is in safe mode/,
    explain: () => ({
      code: 'HDFS_NOT_WRITABLE',
      message: 'HDFS is in safe mode: nothing can be written (HDFS_URL)',
      next: 'Wait until its DataNodes have reported, or run `hdfs dfsadmin -safemode leave`.',
    }),
  },
  {
    pattern:
      /(?:Call From \S+ to (\S+) failed on connection exception|could only be written to 0 of the \d+ minReplication nodes|UnknownHostException: ([\w.-]+))/,
    explain: ([, address, host]) => ({
      code: 'HDFS_UNREACHABLE',
      message: `Spark cannot write to HDFS${address || host ? ` at ${address ?? host}` : ': no DataNode takes blocks'} (HDFS_URL)`,
      next: 'Look at `npm run stack -- status`, or correct HDFS_URL; then submit again.',
    }),
  },
  {
    pattern: /Some data may have been lost|partitions? (?:are|is) gone|(?:KAFKA_DATA_LOSS)|offset was changed from/i,
    explain: (_match, { topic }) => ({
      code: 'CHECKPOINT_DOES_NOT_FIT',
      message: `the checkpoint (VITALS_CHECKPOINT, ALERTS_CHECKPOINT) does not fit topic ${topic} (KAFKA_TOPIC): offsets that it remembers are no longer there`,
      next: 'The topic was deleted or other messages have expired: set the directories to new ones to begin with what is there.',
    }),
  },
  {
    pattern: /the client that handles the batches is gone: no sign of life for (\d+) s/,
    explain: ([, seconds = '']) => ({
      code: 'LEASE_LOST',
      message: `Spark ended the query: this process gave no sign of life for ${seconds} s (stopped, or cut off from SPARK_REMOTE)`,
      next: 'Submit again: the batch in hand comes again, nothing has been lost.',
    }),
  },
  {
    pattern: /Python worker failed to connect back/,
    explain: (_match, { remote }) => ({
      code: 'WORKER_SLOW',
      message: `the Spark server at ${maskRemote(remote)} (SPARK_REMOTE) is too busy: its Python did not start within the ten seconds that Spark gives it`,
      next: 'Submit again, or with --standby, which tries again by itself; nothing has been lost.',
    }),
  },
  {
    // Spark 3.5 drops what its Python worker said.
    pattern: /java\.io\.EOFException|terminated with exception:\s*(?:null)?\s*(?:=== Streaming Query|$)/,
    explain: () => ({
      code: 'WORKER_LOST',
      message:
        'Spark ended the query because its Python worker ended: as a rule, this process gave no sign of life for too long (stopped, or cut off from SPARK_REMOTE)',
      next: 'Submit again: the batch in hand comes again, nothing has been lost. The log of the Spark server may tell more.',
    }),
  },
  {
    pattern: /Cannot (?:start|run) (?:the )?query with (?:the )?(?:name|id) (\S+) (?:as|because)/,
    explain: ([, name = '']) => ({
      code: 'ALREADY_RUNNING',
      message: `query ${name} is already running`,
      next: '`npm run status` shows it; --replace takes its place.',
    }),
  },
];

/** gRPC's word of a server that does not know the service: it is none of Spark's. */
const UNIMPLEMENTED = 12;

/** Explains that no Spark Connect server was reached; gives back every other error as it came. */
export function connectionFailure(error: unknown, remote: string): unknown {
  if (!(error instanceof SparkConnectError)) return error;
  if (error.code === 'unavailable' || error.grpcCode === UNIMPLEMENTED) {
    return new OperatorError('SPARK_UNREACHABLE', `${error.message} (SPARK_REMOTE=${maskRemote(remote)})`, {
      cause: error,
      next: isHere(remote)
        ? '`npm run stack -- up` starts one on this machine.'
        : 'Check the address, that the server runs, and the network on the way: `npm run doctor` tells them apart.',
    });
  }
  if (error.code === 'unauthenticated') {
    return new OperatorError('SPARK_REFUSED', `${error.message} (SPARK_REMOTE=${maskRemote(remote)})`, {
      cause: error,
      next: 'With --cluster or --application, submit again: a new token is fetched. Else correct the token in SPARK_REMOTE.',
    });
  }
  if (error.code === 'invalid-connection-string') {
    return new OperatorError('SETTING_INVALID', `SPARK_REMOTE: ${error.message}`, { cause: error, exitCode: 2 });
  }
  return error;
}

function isHere(remote: string): boolean {
  return isLoopback(/^sc:\/\/(\[[^\]]*\]|[^/:;]*)/.exec(remote)?.[1] ?? '');
}

/**
 * Turns what Spark reports into a line that names the thing, the setting and the next step, where it is known;
 * gives back everything else as it came.
 */
export function explainFailure(error: unknown, context: FailureContext): unknown {
  if (error instanceof OperatorError || !(error instanceof SparkConnectError)) return error;
  const unconnected = connectionFailure(error, context.remote);
  if (unconnected !== error) return unconnected;
  if (error.code === 'unsupported') {
    return new OperatorError('SPARK_LACKS_PYTHON', error.message, {
      cause: error,
      next: 'Point PYSPARK_PYTHON on the server to a Python that has `pip install "pyspark[connect]"` of its own version, or go --via topic.',
    });
  }
  const text = `${error.message}\n${error.serverStackTrace ?? ''}`;
  for (const { pattern, explain } of EXPLANATIONS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const { code, message, next } = explain(match, context);
    return new OperatorError(code, message, { cause: error, next });
  }
  // What follows is the query's whole plan.
  const [told = ''] = messageOf(error).split(/\s*=== Streaming Query ===/);
  return new OperatorError('QUERY_FAILED', `Spark: ${told.slice(0, 300)}`, {
    cause: error,
    next: 'DEBUG=1 shows all that the server told.',
  });
}
