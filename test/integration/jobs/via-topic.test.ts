import { expect } from 'chai';
import { createSurroundings, type JobSurroundings, sparkVersion } from '../../helpers/jobs-surroundings.ts';
import { Command, endCommands, run } from '../../helpers/submit.ts';
import { WardOnTopic } from '../../helpers/ward-on-topic.ts';

const SUBMIT = ['vital-alerts', '--via', 'topic', '--detach', '--trigger', '200 milliseconds'];

describe('vital-alerts via topic', () => {
  let around: JobSurroundings;
  let ward: WardOnTopic;

  before(async () => {
    around = await createSurroundings('viatopic');
    ward = await WardOnTopic.admit(around, 11);
  });

  after(async () => {
    await run('jobs/stop.ts', ['--all'], around.environment);
    await endCommands();
    await around.close();
  });

  const alertsRun = (...args: string[]) => new Command('jobs/alert-desk/main.ts', ['run', ...args], ward.environment);

  const submitted = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('jobs/submit.ts', [...SUBMIT, ...args], ward.environment);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/`npm run alerts -- run` must run too/);
    expect(stdout).to.match(/^vital-alerts-topic runs/m);
  };

  it('is refused where it cannot be in real time, with the version', async function () {
    if (sparkVersion().startsWith('4.2')) this.skip();
    const { code, stderr } = await run('jobs/submit.ts', ['vital-alerts', '--real-time'], ward.environment);
    expect(stderr).to.include(
      `error: --real-time needs Spark 4.2 or newer; the server (SPARK_REMOTE) runs ${sparkVersion()}`,
    );
    expect(code).to.equal(2);
  });

  it('loses and doubles nothing over a crash of the reader, and where Spark writes everything again', async function () {
    // Five commands one after the other: on a busy machine each takes its time to start.
    this.timeout(300_000);
    await submitted();
    const first = alertsRun('--json');
    await ward.send(120);
    await first.until((one) => one.json().length > 0, 'a first batch');
    around.mail.stall();
    const stalling = around.mail.stalling();
    await ward.send(60);
    await stalling;
    first.kill('SIGKILL');
    expect((await first.ended).code).to.equal(137);
    await run('jobs/stop.ts', ['vital-alerts'], ward.environment);
    // Spark begins anew, and writes again all that it had written.
    await around.hdfs.remove(`${around.folder}/checkpoint-alerts-topic`);
    around.mail.accept();
    await submitted();
    await ward.send(60);

    const second = alertsRun('--json', '--standby');
    await ward.settled();
    await second.interrupted();
    await ward.expectToldOnce();
    await ward.expectWrittenAgain();
  });
});
