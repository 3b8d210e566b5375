import { SparkConnectError } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { databaseError } from '../../../database/index.ts';
import { explainFailure } from '../../../jobs/failures.ts';
import { isPassing } from '../../../jobs/standby-submission.ts';
import { databaseSettings, OperatorError } from '../../../settings/index.ts';

describe('what a process with --standby waits for', () => {
  const context = { remote: 'sc://spark:15002', topic: 'readings', brokers: 'kafka:9092' };
  const database = databaseSettings({ DATABASE_HOST: 'db.example.org', DATABASE_PASSWORD: 'hush' });
  const told = (message: string) => isPassing(explainFailure(new SparkConnectError('query-failed', message), context));

  it('is what waiting may mend', () => {
    expect(told('Python worker failed to connect back.')).to.equal(true);
    expect(told('the client that handles the batches is gone: no sign of life for 15 s')).to.equal(true);
    expect(isPassing(explainFailure(new SparkConnectError('unavailable', 'nobody'), context))).to.equal(true);
    expect(isPassing(new SparkConnectError('session-closed', 'the server is a new one'))).to.equal(true);
    expect(isPassing(new OperatorError('FENCED', 'another one leads'))).to.equal(true);
    for (const code of ['ER_READ_ONLY_MODE', 'PROTOCOL_SEQUENCE_TIMEOUT', 'PROTOCOL_CONNECTION_LOST']) {
      const error = Object.assign(new Error('the database'), { code });
      expect(isPassing(databaseError(error, database)), code).to.equal(true);
    }
  });

  it('is nothing else', () => {
    expect(told('This server does not host this topic-partition.')).to.equal(false);
    expect(told('boom')).to.equal(false);
    expect(isPassing(new OperatorError('SETTING_INVALID', 'no'))).to.equal(false);
    expect(isPassing(new Error('a mistake of ours'))).to.equal(false);
  });
});
