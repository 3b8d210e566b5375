import { expect } from 'chai';
import { ensureTopic } from '../../../producer/index.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { Command, endCommands, run } from '../../helpers/submit.ts';
import { WardOnTopic } from '../../helpers/ward-on-topic.ts';

const SUBMIT = ['vital-alerts', '--real-time', '--detach'];

describe('vital-alerts in real time', () => {
  let around: JobSurroundings;
  let ward: WardOnTopic;

  before(async () => {
    around = await createSurroundings('realtime');
    ward = await WardOnTopic.admit(around, 12);
  });

  after(async () => {
    await run('jobs/stop.ts', ['--all'], around.environment);
    await endCommands();
    await around.close();
  });

  const submitted = async () => {
    const { code, stdout, stderr } = await run('jobs/submit.ts', SUBMIT, ward.environment);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^vital-alerts-topic runs/m);
  };

  it('is refused where partitions would stay unread', async () => {
    const { admin, name } = around.topic;
    const wide = `${name}-wide`;
    await ensureTopic(admin, wide, { partitions: 20 });
    const { code, stderr } = await run('jobs/submit.ts', SUBMIT, { ...ward.environment, KAFKA_TOPIC: wide });
    expect(stderr).to.match(
      /^error: --real-time needs a task slot for each of the 20 partitions of KAFKA_TOPIC .*; the server has \d+$/m,
    );
    expect(code).to.equal(2);
  });

  it('tells the same, also when Spark begins anew what it had not finished', async function () {
    this.timeout(300_000);
    await submitted();
    const alerts = new Command('jobs/alert-desk/main.ts', ['run', '--json'], ward.environment);
    await ward.send(120);
    await ward.settled();
    expect(await ward.found()).to.deep.equal(ward.expected());
    const { stdout } = await run('jobs/status.ts', [], ward.environment);
    expect(stdout).to.match(/^vital-alerts +running$/m);
    expect((await run('jobs/stop.ts', ['vital-alerts-topic'], ward.environment)).code).to.equal(0);

    await submitted();
    await ward.send(60);
    await ward.settled();
    await alerts.interrupted();
    await ward.expectToldOnce();
    await ward.expectWrittenAgain();
  });
});
