import { expect } from 'chai';
import { explainServer } from '../../../src/client/explain.ts';
import { SparkConnectError } from '../../../src/errors.ts';

describe("a server's error that does not say what to do", () => {
  const message = 'Uploading artifact file to local file system destination path is not supported.';
  const refused = new SparkConnectError('unsupported', message);

  it('gets a line that does: a setting of the session, or of an older server', () => {
    const setting = 'Set spark.sql.artifact.copyFromLocalToFs.allowDestLocal to true in the session';
    expect(explainServer(refused, '4.1.1').message).to.contain(message).and.contain(setting);
    const older = 'Start the server with spark.connect.copyFromLocalToFs.allowDestLocal=true';
    expect(explainServer(refused, '3.5.7').message).to.contain(older);
  });

  it('says how long a batch is there, and not that a later Spark knew it', () => {
    const gone = 'No DataFrame with id 2244b0f7 is found in the session 673b3e00';
    const exceptionClass = 'org.apache.spark.sql.connect.common.InvalidPlanInput';
    const told = explainServer(new SparkConnectError('unsupported', gone, { exceptionClass }), '4.1.1');
    expect(told.code).to.equal('not-found');
    expect(told.message).to.contain(gone).and.contain('until its handler has ended').and.not.contain('later');
  });

  it('stays as it is otherwise', () => {
    const other = new SparkConnectError('analysis', 'no such table');
    expect(explainServer(other, '4.1.1')).to.equal(other);
  });
});
