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

  it('stays as it is otherwise', () => {
    const other = new SparkConnectError('analysis', 'no such table');
    expect(explainServer(other, '4.1.1')).to.equal(other);
  });
});
