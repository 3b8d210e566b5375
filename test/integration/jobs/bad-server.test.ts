import { expect } from 'chai';
import type { SparkVersion } from '../../../scripts/setup/index.ts';
import { createSurroundings, type JobSurroundings, sparkVersion } from '../../helpers/jobs-surroundings.ts';
import { SparkServer } from '../../helpers/spark-server.ts';
import { endCommands, run, submitCommand } from '../../helpers/submit.ts';

describe('jobs on a Spark server without Python, run by a stranger to HDFS', () => {
  let around: JobSurroundings;
  let server: SparkServer;

  before(async function () {
    this.timeout(180_000);
    around = await createSurroundings('server');
    server = await SparkServer.start(sparkVersion() as SparkVersion, {
      PYSPARK_PYTHON: '/nonexistent/python3',
      PYSPARK_DRIVER_PYTHON: '/nonexistent/python3',
      HADOOP_USER_NAME: 'stranger',
    });
    const { hdfs, folder } = around;
    await hdfs.makeDirectory(`${folder}/theirs`);
    await hdfs.setOwner(`${folder}/theirs`, 'stranger');
  });

  after(async () => {
    await endCommands();
    await server?.stop();
    await around?.close();
  });

  const submit = (job: string, environment: Record<string, string>) =>
    run('jobs/submit.ts', [job], { ...around.environment, SPARK_REMOTE: server.remote, ...environment });

  it('name the directory and the user whom HDFS does not let write', async () => {
    const { code, stderr } = await submit('patient-vitals', {});
    expect(stderr).to.match(/^error: HDFS lets user stranger not write below \/user\/hadoop\/\S+ \(VITALS_DIR,/m);
    expect(code).to.equal(1);
  });

  it('name PYSPARK_PYTHON where the server has no Python, and go on where it has', async () => {
    await around.writer.readings([{ customerId: 1, heartBeat: 10, bp: 170 }]);
    const ALERTS_CHECKPOINT = `${around.folder}/theirs/checkpoint-alerts`;
    const { code, stderr } = await submit('vital-alerts', { ALERTS_CHECKPOINT });
    expect(stderr).to.match(/^error: foreachBatch needs Python .*\(PYSPARK_PYTHON there\)/m);
    expect(code).to.equal(1);
    expect(around.mail.mails).to.have.length(0);

    const again = submitCommand(['vital-alerts'], { ...around.environment, ALERTS_CHECKPOINT });
    await around.mail.arrived(1, 60_000);
    expect((await again.interrupt()).code).to.equal(130);
  });
});
