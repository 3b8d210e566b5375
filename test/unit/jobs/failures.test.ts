import { SparkConnectError } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { explainFailure } from '../../../jobs/failures.ts';
import { OperatorError } from '../../../settings/index.ts';

const CONTEXT = { remote: 'sc://spark:15002/;token=secret-4711', topic: 'readings', brokers: 'kafka:9092' };

/** What Spark says, the code that we give it, and what the line must name. */
const TOLD: readonly [told: string, code: string, named: RegExp][] = [
  [
    '[STREAM_FAILED] Query [id = 1] terminated with exception: \n=== Streaming Query ===\nplan',
    'WORKER_LOST',
    /SPARK_REMOTE/,
  ],
  [
    'UnknownTopicOrPartitionException: This server does not host this topic-partition.',
    'TOPIC_MISSING',
    /readings.*KAFKA_TOPIC/,
  ],
  [
    'org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient',
    'KAFKA_UNREACHABLE',
    /kafka:9092.*KAFKA_BROKERS/,
  ],
  [
    'KafkaException: Failed to create new KafkaAdminClient\ncaused by SaslAuthenticationException: Authentication failed',
    'KAFKA_SIGN_IN',
    /kafka:9092.*KAFKA_BROKERS.*let Spark in: Authentication failed/,
  ],
  ['Timed out waiting for a node assignment. Call: describeTopics', 'KAFKA_UNREACHABLE', /kafka:9092.*KAFKA_BROKERS/],
  [
    '[DATA_SOURCE_NOT_FOUND] Failed to find the data source: kafka.',
    'KAFKA_CONNECTOR_MISSING',
    /token=\*\*\*.*SPARK_REMOTE/,
  ],
  [
    'AccessControlException: Permission denied: user=spark, access=WRITE, inode="/user/hadoop":hdfs:supergroup:drwxr-xr-x',
    'HDFS_NOT_WRITABLE',
    /user spark.*\/user\/hadoop \(VITALS_DIR/,
  ],
  [
    'The NameSpace quota (directories and files) of directory /a/b is exceeded: quota=1 file count=2',
    'HDFS_NOT_WRITABLE',
    /namespace quota of \/a\/b.*VITALS_DIR/,
  ],
  [
    'The DiskSpace quota of /a/b is exceeded: quota = 1 B = 1 B but diskspace consumed = 3 B',
    'HDFS_NOT_WRITABLE',
    /diskspace quota of \/a\/b/,
  ],
  ['/a/file (is not a directory)', 'HDFS_NOT_WRITABLE', /\/a\/file \(VITALS_DIR/],
  ['Parent path is not a directory: /a/file', 'HDFS_NOT_WRITABLE', /\/a\/file \(VITALS_DIR/],
  ['Cannot create directory /a. Name node is in safe mode.', 'HDFS_NOT_WRITABLE', /safe mode.*HDFS_URL/],
  [
    'Call From here/127.0.1.1 to namenode:8020 failed on connection exception',
    'HDFS_UNREACHABLE',
    /namenode:8020.*HDFS_URL/,
  ],
  ['File /a could only be written to 0 of the 1 minReplication nodes.', 'HDFS_UNREACHABLE', /HDFS_URL/],
  [
    'Some data may have been lost because they are not available in Kafka any more',
    'CHECKPOINT_DOES_NOT_FIT',
    /VITALS_CHECKPOINT.*readings/,
  ],
  ['the client that handles the batches is gone: no sign of life for 15 s', 'LEASE_LOST', /15 s.*SPARK_REMOTE/],
  ['Python worker failed to connect back.', 'WORKER_SLOW', /too busy.*ten seconds/],
  [
    'Cannot start query with name x as a query with that name is already active',
    'ALREADY_RUNNING',
    /x is already running/,
  ],
];

describe('explainFailure', () => {
  for (const [told, code, named] of TOLD) {
    it(`tells ${code} of "${told.slice(0, 50)}"`, () => {
      const inMessage = explainFailure(new SparkConnectError('execution', told), CONTEXT);
      const inStack = explainFailure(
        new SparkConnectError('query-failed', 'ended', { serverStackTrace: told }),
        CONTEXT,
      );
      for (const explained of [inMessage, inStack]) {
        if (!(explained instanceof OperatorError)) throw explained;
        expect(explained.code).to.equal(code);
        expect(explained.message).to.match(named).and.not.to.contain('secret-4711');
        expect(explained.message).not.to.contain('\n');
        expect(explained.next).to.be.a('string').and.not.to.equal('');
      }
    });
  }

  it('names SPARK_REMOTE, with its token masked, where no server answers', () => {
    const explained = explainFailure(new SparkConnectError('unavailable', 'nobody'), CONTEXT);
    expect(explained)
      .to.be.instanceOf(OperatorError)
      .with.property('message', 'nobody (SPARK_REMOTE=sc://spark:15002/;token=***)');
  });

  it('names PYSPARK_PYTHON where the server cannot run Python', () => {
    const explained = explainFailure(new SparkConnectError('unsupported', 'no Python'), CONTEXT);
    expect(explained).to.be.instanceOf(OperatorError).with.property('next').that.contains('PYSPARK_PYTHON');
  });

  it('leaves the plan of a query out of what it does not know', () => {
    const told = '[STREAM_FAILED] Query [id = 1] terminated with exception: boom\n=== Streaming Query ===\nplan';
    const explained = explainFailure(new SparkConnectError('query-failed', told), CONTEXT);
    expect(explained).to.have.property(
      'message',
      'Spark: [STREAM_FAILED] Query [id = 1] terminated with exception: boom',
    );
  });

  it('gives back what is no failure of Spark, or has been explained already', () => {
    const other = new Error('handler');
    const known = new OperatorError('SMTP_REFUSED', 'no');
    expect(explainFailure(other, CONTEXT)).to.equal(other);
    expect(explainFailure(known, CONTEXT)).to.equal(known);
  });
});
