import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { eventually } from '../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings, sparkRemote } from '../helpers/jobs-surroundings.ts';
import { type Command, endCommands, run, submitCommand } from '../helpers/submit.ts';
import { TcpProxy } from '../helpers/tcp-proxy.ts';

const TRIGGER = ['--trigger', '500 milliseconds'];
const TAKE_OVER_LIMIT_MS = 120_000;

describe('processes that stand by for vital-alerts', () => {
  let around: JobSurroundings;

  beforeEach(async () => {
    around = await createSurroundings('standby');
  });

  afterEach(async () => {
    await endCommands();
    await around.close();
  });

  const submit = (args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
    submitCommand(['vital-alerts', '--json', ...TRIGGER, ...args], { ...around.environment, ...environment });
  const standBy = (environment?: Readonly<Record<string, string>>) => submit(['--standby'], environment);

  /** A reading of a patient who is out of limits from now on: one mail. Until that is noted, a crash would send it again. */
  async function patientOut(customerId: number): Promise<void> {
    await around.writer.readings([{ customerId, heartBeat: 20, bp: 170 }]);
    await around.mail.arrived(customerId, TAKE_OVER_LIMIT_MS);
    await eventually(async () => {
      const [rows] = await around.connection.query<RowDataPacket[]>('SELECT state FROM alert_outbox');
      return rows.length === customerId && rows.every(({ state }) => state === 'sent');
    }, `the mail about patient ${customerId} to be noted`);
  }

  const leads = (command: Command) => command.errorLines.some((line) => /vital-alerts runs \(id /.test(line));

  /** What was told, and to whom it was told again; each patient stands in one mail. */
  async function expectEachTold(patients: readonly number[]): Promise<void> {
    const told = around.mail.mails.map(({ mail }) => Number(/^Patient:\s+(\d+)$/m.exec(mail.text ?? '')?.[1]));
    expect(told).to.deep.equal(patients);
    const [rows] = await around.connection.query('SELECT customerId, phase FROM alert_episode ORDER BY customerId');
    expect(rows).to.deep.equal(patients.map((customerId) => ({ customerId, phase: 'open' })));
  }

  it('take over from one that is frozen and does no harm when it wakes up, then from one that is killed', async () => {
    const server = new URL(sparkRemote().replace('sc:', 'http:'));
    const proxy = await TcpProxy.start({ host: server.hostname, port: Number(server.port) });
    try {
      const first = submit();
      await first.running(1);
      const others = [standBy(), standBy({ SPARK_REMOTE: `sc://127.0.0.1:${proxy.port}` })];
      await Promise.all(others.map((other) => other.line(/another process leads; standing by/)));
      await patientOut(1);
      proxy.cut();
      await others[1]?.line(/standing by, but .*; next look in/);
      proxy.mend();

      first.kill('SIGSTOP');
      await patientOut(2);
      const second = others.find(leads);
      const third = others.find((other) => other !== second);
      if (!second || !third) throw new Error('nobody took over');
      expect(leads(third)).to.equal(false);

      first.kill('SIGCONT');
      const ended = await first.ended;
      expect(ended.stderr).to.match(
        /^error: (?:vital-alerts was taken over by another process|another vital-alerts driver has taken topic)/m,
      );
      expect(ended.code).to.equal(1);
      await patientOut(3);

      second.kill('SIGKILL');
      await patientOut(4);
      expect(leads(third)).to.equal(true);
      await patientOut(5);
      const stop = await run('jobs/stop.ts', ['vital-alerts'], around.environment);
      expect(stop.code, stop.stderr).to.equal(0);
      expect((await third.ended).code).to.equal(0);
      await expectEachTold([1, 2, 3, 4, 5]);
    } finally {
      await proxy.close();
    }
  }).timeout(240_000);

  it('change places: who was frozen stands by, and leads again when the other one ends', async () => {
    const one = standBy();
    await one.running(1);
    const other = standBy();
    await other.line(/another process leads; standing by/);
    await patientOut(1);
    one.kill('SIGSTOP');
    await other.running(1);
    one.kill('SIGCONT');
    await one.line(/; standing by again in /);
    await one.line(/another process leads; standing by/);
    await patientOut(2);

    await other.interrupted();
    await one.running(2);
    await patientOut(3);

    const last = standBy();
    await last.line(/another process leads; standing by/);
    const stop = await run('jobs/stop.ts', ['--all'], around.environment);
    expect(stop.code, stop.stderr).to.equal(0);
    const ended = await Promise.all([one.ended, last.ended]);
    expect(ended.map(({ code }) => code)).to.deep.equal([0, 0]);
    await expectEachTold([1, 2, 3]);
  });
});
