import { expect } from 'chai';
import type { SparkVersion } from '../../../scripts/setup/index.ts';
import { createSurroundings, type JobSurroundings, sparkVersion } from '../../helpers/jobs-surroundings.ts';
import { SparkServer } from '../../helpers/spark-server.ts';
import { Command, endCommands, run, submitCommand } from '../../helpers/submit.ts';

describe('jobs on a Spark server without Python, run by a stranger to HDFS', () => {
  let around: JobSurroundings;
  let server: SparkServer;

  before(async () => {
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

  const submit = (job: string, environment: Record<string, string>, ...args: string[]) =>
    run('jobs/submit.ts', [job, ...args], { ...around.environment, SPARK_REMOTE: server.remote, ...environment });

  it('name the directory and the user whom HDFS does not let write', async () => {
    const { code, stderr } = await submit('patient-vitals', {});
    expect(stderr).to.match(/^error: HDFS lets user stranger not write below \/user\/hadoop\/\S+ \(VITALS_DIR,/m);
    expect(code).to.equal(1);
  });

  it('are told apart by doctor: what the server cannot do, and what it can', async () => {
    const { code, stdout } = await run('jobs/doctor/main.ts', ['--remote', server.remote], around.environment);
    expect(code, stdout).to.equal(1);
    expect(stdout).to.match(
      /^hdfs +cluster +VITALS_DIR +FAILED +HDFS lets user stranger not write .*\n +→ Give the dir/m,
    );
    expect(stdout).to.match(/^python +cluster +version +FAILED +callPython needs Python .*\n +→ Point PYSPARK_PYTHON/m);
    expect(stdout).to.match(/^database +cluster +line +– +not checked: python version failed$/m);
    // It can be asked without Python as well.
    expect(stdout).to.match(/^kafka +cluster +topic +ok/m);
  });

  it('name PYSPARK_PYTHON where the server has no Python, and go on where it has', async () => {
    await around.writer.readings([{ customerId: 1, heartBeat: 10, bp: 170 }]);
    const ALERTS_CHECKPOINT = `${around.folder}/theirs/checkpoint-alerts`;
    const { code, stderr } = await submit('vital-alerts', { ALERTS_CHECKPOINT }, '--via', 'foreachBatch');
    expect(stderr).to.match(/^error: foreachBatch needs Python .*\(PYSPARK_PYTHON there\)/m);
    expect(code).to.equal(1);
    expect(around.mail.mails).to.have.length(0);

    const again = submitCommand(['vital-alerts'], { ...around.environment, ALERTS_CHECKPOINT });
    await again.running(1);
    await around.mail.arrived(1);
    await again.interrupted();
  });

  it('send vital-alerts via topic there, which needs none, and tell what else must run', async () => {
    const mails = around.mail.mails.length;
    const environment = {
      ...around.environment,
      SPARK_REMOTE: server.remote,
      ALERTS_CHECKPOINT: `${around.folder}/theirs/checkpoint-via-topic`,
    };
    const job = submitCommand(['vital-alerts'], environment);
    await job.line(/foreachBatch needs Python .*; it goes via topic instead/);
    await job.line(/vital-alerts-topic runs \(id /);
    expect(job.errorLines.join('\n')).to.match(/`npm run alerts -- run` must run too/);
    const alerts = new Command('jobs/alert-desk/main.ts', ['run'], environment);
    await around.writer.readings([{ customerId: 2, heartBeat: 10, bp: 170 }]);
    await around.mail.arrived(mails + 1);
    await alerts.interrupted();
    await job.interrupted();
  });
});
