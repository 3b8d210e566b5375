// The command line of the systemd unit and of the image, run on the stack; neither systemd nor a container engine starts anything here.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { HealthReport } from '../../../jobs/health/health.ts';
import { loadEnvironment, PROJECT_ROOT } from '../../../settings/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { endCommands, submitCommand } from '../../helpers/submit.ts';

const file = (name: string) => readFileSync(path.join(PROJECT_ROOT, 'emr', 'driver', name), 'utf8');
const unit = file('instant-health-alerts.service');
const image = file('Containerfile');
const START = 'node --max-semi-space-size=2 --import tsx --conditions=source';
const VIA_TOPIC = ['jobs/alert-desk/main.ts', 'run', '--standby', '--json', '--health-port', '8081'];

/** Script and arguments of a unit. */
const startedBy = (text: string) =>
  /^ExecStart=\/usr\/bin\/env (.*)$/m.exec(text)?.[1]?.replace(`${START} `, '').split(' ') ?? [];
const listOf = (instruction: string) =>
  JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(image)?.[1] ?? '[]') as string[];

describe('the driver as a service', () => {
  let around: JobSurroundings;

  before(async () => {
    around = await createSurroundings('service');
  });

  after(async () => {
    await endCommands();
    await around.close();
  });

  it('is started the same way by systemd and in a container', () => {
    expect(unit).to.contain(`ExecStart=/usr/bin/env ${START} `);
    expect(listOf('ENTRYPOINT')).to.deep.equal(START.split(' '));
    expect(listOf('CMD')).to.deep.equal(startedBy(unit));
    const dropIn = file('via-topic.conf');
    expect(dropIn).to.match(/^ExecStart=\nExecStart=/m);
    expect(startedBy(dropIn)).to.deep.equal(VIA_TOPIC);
    expect(image).to.contain(VIA_TOPIC.join(' '));
    expect(unit)
      .to.match(/^Restart=always$/m)
      .and.to.match(/^RestartPreventExitStatus=2$/m);
  });

  it('is a unit that systemd understands, and so is the server of the cluster', async function () {
    const analyze = (name: string) =>
      promisify(execFile)('systemd-analyze', ['verify', '--man=no', path.join(PROJECT_ROOT, 'emr', name)]).then(
        ({ stderr }) => stderr,
        (error: { code?: unknown; stderr?: string }) => (error.code === 'ENOENT' ? undefined : String(error.stderr)),
      );
    const driver = await analyze('driver/instant-health-alerts.service');
    // Another machine may have no systemd.
    if (driver === undefined) this.skip();
    expect(driver).to.equal('');
    const server = await analyze('cluster/spark-connect.service');
    // Its programs are on the cluster only.
    for (const line of server?.trim().split('\n') ?? [])
      expect(line).to.match(/Command \S+ is not executable: No such file/);
  });

  it('answers how it is, and ends in good order on SIGTERM', async () => {
    const [script, ...given] = startedBy(unit);
    expect(script).to.equal('jobs/submit.ts');
    expect(given.slice(-2)).to.deep.equal(['--health-port', '8081']);
    const driver = submitCommand([...given.slice(0, -1), '0'], around.environment);
    const told = await driver.line(/health: http:/);
    const url = /http:[\w.:/]+health/.exec(told)?.[0] ?? '';
    expect((await (await fetch(url)).json()) as HealthReport).to.have.property('status');
    await driver.running(1);
    await around.writer.readings([{ customerId: 1, heartBeat: 74, bp: 200 }]);
    const report = await eventually(async () => {
      const answer = await fetch(url);
      const body = (await answer.json()) as HealthReport;
      return answer.status === 200 && body.jobs[0]?.queries[0]?.lastBatch ? body : undefined;
    }, 'a batch in the health report');
    expect(report).to.include({ status: 'ok' });
    expect(report.jobs[0]?.leaseAgeS).to.be.below(10);
    driver.kill('SIGTERM');
    const { code, stdout, stderr } = await driver.ended;
    expect(code, stderr).to.equal(130);
    // Structured, and without a secret.
    for (const line of [...stdout.split('\n'), ...stderr.split('\n')].filter((text) => text !== '')) JSON.parse(line);
    const secret = loadEnvironment(around.environment).DATABASE_PASSWORD ?? '';
    expect(secret).to.match(/.{8}/);
    expect(stdout + stderr).not.to.contain(secret);
    await fetch(url).then(
      () => expect.fail('the port is still open'),
      () => undefined,
    );
  });
});
