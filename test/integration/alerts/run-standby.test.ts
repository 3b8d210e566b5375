import { expect } from 'chai';
import { alertStanding } from '../../../jobs/alerts/alert-standing.ts';
import type { HealthReport } from '../../../jobs/health/health.ts';
import { ensureTopic } from '../../../producer/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { Command, endCommands } from '../../helpers/submit.ts';
import { TopicWriter } from '../../helpers/topics.ts';

const PARTITIONS = 3;
/** No patient, whose readings come into the partition of patient 1. */
const NOBODY = 76;
/** What a reader held when it was taken over comes after the others have shared the partitions anew. */

// What Spark would write is written here: no server is needed.
describe('alerts run', () => {
  let around: JobSurroundings;
  let writer: TopicWriter;
  let sent = 0;

  before(async () => {
    around = await createSurroundings('alertsrun', { partitions: PARTITIONS });
    const alerts = { ...around.topic, name: `${around.topic.name}-alerts` };
    await ensureTopic(around.topic.admin, alerts.name, { partitions: PARTITIONS });
    writer = await TopicWriter.open(alerts);
  });

  after(async () => {
    await endCommands();
    await writer?.close();
    await around?.close();
  });

  const alertsRun = (...args: string[]) =>
    new Command(
      'jobs/alert-desk/main.ts',
      ['run', '--json', '--health-port', '0', '--health-max-batch-age', '3s', ...args],
      around.environment,
    );
  const leads = (command: Command) => command.line(/ is read; Ctrl-C ends it/);
  const batches = (command: Command, count: number) =>
    command.until(() => command.json().reduce((sum, line) => sum + Number(line.batches), 0) >= count, `batch ${count}`);
  const standsBy = (command: Command) => command.line(/another process reads the alerts' topic; standing by/);
  const health = async (command: Command) => {
    const url = /http:[\w.:/]+health/.exec(await command.line(/health: http:/))?.[0] ?? '';
    const answer = await fetch(url);
    return { code: answer.status, report: (await answer.json()) as HealthReport };
  };

  const judged = (customerId: number) => {
    const partition = customerId % PARTITIONS;
    const place = { topic: around.topic.name, partition, offset: sent++, at: Date.now() };
    const vitals = { customerId, heartBeat: 20, bp: 170, out: ['heartBeat'], limits: 'of the time of submission' };
    return { key: String(customerId), value: JSON.stringify({ ...place, ...vitals }), partition };
  };
  /** Patients go out of limits one after the other, in turn in each partition; waits for the mail. */
  const patientOut = async (customerId: number) => {
    await writer.raw(judged(customerId));
    await around.mail.arrived(customerId);
  };

  it('says how it is, is taken over when it is frozen, and does no harm when it wakes up', async () => {
    const first = alertsRun('--standby');
    await leads(first);
    const stranger = judged(NOBODY);
    await writer.raw(stranger);
    await batches(first, 1);
    // As Spark does when it repeats a batch.
    await writer.raw(stranger);
    await batches(first, 2);
    expect((await alertStanding(around.environment)).counts).to.deep.equal({ 'measurements without limits': 2 });
    await patientOut(1);
    const good = await eventually(
      async () => {
        const { code, report } = await health(first);
        return code === 200 && report.jobs[0]?.queries[0]?.lastBatch ? report : undefined;
      },
      'a batch in the health report',
      { everyMs: 20 },
    );
    expect(good).to.include({ status: 'ok' });
    expect(good.jobs[0]).to.include({ job: 'instant-health-alerts' });
    expect(good.jobs[0]?.leaseAgeS).to.be.below(5);
    expect(good.jobs[0]?.queries[0]).to.include({ query: `${around.topic.name}-alerts` });
    const failing = await eventually(async () => {
      const { code, report } = await health(first);
      return code === 503 && report;
    }, 'the last batch to be too old');
    expect(failing.status).to.equal('failing');
    expect(failing.reasons.join()).to.match(/-alerts: the last batch was \d+ s ago/);

    const second = alertsRun('--standby');
    await standsBy(second);
    expect(await health(second)).to.deep.equal({ code: 200, report: { status: 'waiting', reasons: [], jobs: [] } });

    first.kill('SIGSTOP');
    await leads(second);
    await patientOut(2);
    first.kill('SIGCONT');
    await patientOut(3);
    await first.line(/another vital-alerts driver has taken topic .*; standing by again in /);
    await standsBy(first);

    // Changes places: who was frozen goes on where the other one has ended.
    await second.interrupted();
    await patientOut(4);
    await first.interrupted();
    const told = around.mail.mails.map(({ mail }) => Number(/^Patient:\s+(\d+)$/m.exec(mail.text ?? '')?.[1]));
    expect(told).to.deep.equal([1, 2, 3, 4]);
    const [rows] = await around.connection.query('SELECT customerId, phase FROM alert_episode ORDER BY customerId');
    expect(rows).to.deep.equal([1, 2, 3, 4].map((customerId) => ({ customerId, phase: 'open' })));
  });
});
