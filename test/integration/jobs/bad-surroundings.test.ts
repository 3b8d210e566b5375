import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { eventually } from '../../helpers/eventually.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { type Ended, endCommands, run, submitCommand } from '../../helpers/submit.ts';
import { closedPort, TcpProxy } from '../../helpers/tcp-proxy.ts';

const TRIGGER = ['--trigger', '500 milliseconds'];

/** One line for the failure, one for the next step, and nothing of what the libraries said. */
function expectOneClearLine({ code, stderr }: Ended, message: RegExp, exitCode = 1): void {
  const errors = stderr.split('\n').filter((line) => line.startsWith('error: '));
  expect(errors, stderr).to.have.length(1);
  expect(errors[0]).to.match(message);
  expect(errors[0]?.length).to.be.lessThan(400);
  expect(stderr).not.to.match(/^\s+at |Unhandled|node:internal/m);
  expect(code).to.equal(exitCode);
}

describe('jobs in bad surroundings', () => {
  let around: JobSurroundings;

  before(async () => {
    around = await createSurroundings('bad');
  });

  afterEach(endCommands);

  after(() => around.close());

  const submit = (job: string, environment: Record<string, string> = {}, ...args: string[]) =>
    run('jobs/submit.ts', [job, ...TRIGGER, ...args], { ...around.environment, ...environment });

  describe('at the start', () => {
    it('a topic that is not there', async () => {
      const topic = { KAFKA_TOPIC: 'no-such-topic-anywhere' };
      const [archive, alerts, detached] = await Promise.all([
        submit('patient-vitals', { ...topic, VITALS_CHECKPOINT: `${around.folder}/no-topic` }),
        submit('vital-alerts', { ...topic, ALERTS_CHECKPOINT: `${around.folder}/no-topic-alerts` }),
        submit('patient-vitals', { ...topic, VITALS_CHECKPOINT: `${around.folder}/no-topic-detached` }, '--detach'),
      ]);
      for (const ended of [archive, alerts, detached]) {
        expectOneClearLine(ended, /Kafka has no topic no-such-topic-anywhere \(KAFKA_TOPIC\)/);
      }
    });

    it('a database that nobody answers for, and a wrong password', async () => {
      const [down, refused, unknown] = await Promise.all([
        submit('vital-alerts', { DATABASE_PORT: String(await closedPort()), ALERTS_CHECKPOINT: `${around.folder}/a` }),
        submit('vital-alerts', { DATABASE_PASSWORD: 'wrong-4711', ALERTS_CHECKPOINT: `${around.folder}/b` }),
        submit('vital-alerts', { DATABASE_NAME: 'health_test_none', ALERTS_CHECKPOINT: `${around.folder}/c` }),
      ]);
      expectOneClearLine(down, /No database answers at 127\.0\.0\.1:\d+/);
      expect(down.stderr).to.contain('DATABASE_PORT');
      expectOneClearLine(refused, /The database at \S+ refuses user health/);
      expect(refused.stderr).to.contain('DATABASE_PASSWORD').and.not.to.contain('wrong-4711');
      expectOneClearLine(unknown, /no database health_test_none/);
      expect(unknown.stderr).to.contain('DATABASE_NAME');
    });

    it('a mail server that is not there: the job runs, and says that mails wait; one whose TLS is wrong', async () => {
      const job = submitCommand(['vital-alerts', ...TRIGGER], {
        ...around.environment,
        SMTP_PORT: String(await closedPort()),
        ALERTS_CHECKPOINT: `${around.folder}/d`,
      });
      const told = await job.line(/warning: No mail server answers at 127\.0\.0\.1:\d+/);
      expect(told).to.contain('SMTP_PORT').and.to.contain('mails wait in the outbox');
      await job.running(1);
      await around.writer.readings([{ customerId: 1, heartBeat: 9, bp: 170 }]);
      await eventually(async () => (await waiting(around)) > 0, 'the notification');
      const ended = await job.interrupt();
      expect(ended.code).to.equal(130);
      expect(ended.stderr).to.match(
        /warning: 1 notification waits in the outbox: the next driver goes on from there$/m,
      );
      // So that no later test gets its mail.
      await around.connection.query('TRUNCATE TABLE alert_outbox');
      await around.connection.query('TRUNCATE TABLE alert_episode');
      const tls = { SMTP_TLS: 'required', ALERTS_CHECKPOINT: `${around.folder}/e` };
      const wrong = await submit('vital-alerts', tls);
      expectOneClearLine(wrong, /No trusted TLS connection to the mail server/);
      expect(wrong.stderr).to.contain('SMTP_TLS');
    });

    it('a server that is no Spark Connect server: none, a web server, a gRPC server of another kind', async () => {
      const web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
      await once(web, 'listening');
      const grpc = new Server();
      const grpcPort = await new Promise<number>((resolve, reject) => {
        grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
          error ? reject(error) : resolve(port),
        );
      });
      try {
        const ports = [await closedPort(), (web.address() as AddressInfo).port, grpcPort];
        const commands = ports.flatMap((port) => {
          const remote = `sc://127.0.0.1:${port}`;
          return [
            submit('patient-vitals', { SPARK_REMOTE: remote }),
            run('jobs/status.ts', ['--remote', remote], around.environment),
          ];
        });
        for (const [index, ended] of (await Promise.all(commands)).entries()) {
          expectOneClearLine(ended, new RegExp(`127\\.0\\.0\\.1:${ports[Math.floor(index / 2)]}.*SPARK_REMOTE`));
        }
      } finally {
        web.close();
        grpc.forceShutdown();
      }
    });

    it('HDFS where nothing can be written: a quota, a file in the way, a NameNode that is not there', async () => {
      const { hdfs, folder } = around;
      await hdfs.makeDirectory(`${folder}/full`);
      await hdfs.setNameQuota(`${folder}/full`, 1);
      await hdfs.writeText(`${folder}/file`, 'in the way');
      const [full, file, away] = await Promise.all([
        submit('patient-vitals', {
          VITALS_DIR: `${folder}/full/vitals`,
          VITALS_CHECKPOINT: `${folder}/full/checkpoint`,
        }),
        submit('patient-vitals', {
          VITALS_DIR: `${folder}/file/vitals`,
          VITALS_CHECKPOINT: `${folder}/file/checkpoint`,
        }),
        submit('patient-vitals', { HDFS_URL: `hdfs://127.0.0.1:${await closedPort()}` }),
      ]);
      expectOneClearLine(full, new RegExp(`quota of ${folder}/full.*VITALS_DIR`));
      expectOneClearLine(file, new RegExp(`${folder}/file.*VITALS_DIR`));
      expectOneClearLine(away, /HDFS.*HDFS_URL/);
    });
  });

  describe('in mid-run', () => {
    it('a database that goes away: the job ends, and what came meanwhile is mailed after it is back', async () => {
      const { DATABASE_HOST: host = '', DATABASE_PORT: port = '' } = around.environment;
      const proxy = await TcpProxy.start({ host, port: Number(port) });
      try {
        const environment = { ...around.environment, DATABASE_HOST: '127.0.0.1', DATABASE_PORT: String(proxy.port) };
        const job = submitCommand(['vital-alerts', ...TRIGGER], environment);
        await job.running(1);
        await around.writer.readings([{ customerId: 1, heartBeat: 10, bp: 170 }]);
        await around.mail.arrived(1);
        // Not before it is noted as sent: else it would come again when its lease has run out, in the midst of a later test.
        await eventually(() => noteOfSent(around), 'the first mail to be noted');
        proxy.cut();
        await around.writer.readings([{ customerId: 2, heartBeat: 11, bp: 170 }]);
        expectOneClearLine(await job.ended, /database.* at 127\.0\.0\.1:\d+/i);
        proxy.mend();
        const again = submitCommand(['vital-alerts', ...TRIGGER], environment);
        const values = () =>
          new Map(around.mail.mails.map(({ mail }) => [mail.messageId, /Value: +(\d+)/.exec(mail.text ?? '')?.[1]]));
        await eventually(() => Promise.resolve(values().size === 2), 'the second mail');
        await again.interrupted();
        expect([...values().values()]).to.deep.equal(['10', '11']);
      } finally {
        await proxy.close();
      }
    });

    it('a mail server that refuses one mail for good: status shows it, and the others go on', async () => {
      const job = submitCommand(['vital-alerts', ...TRIGGER], around.environment);
      await job.running(1);
      const before = around.mail.mails.length;
      around.mail.refuse(550, 'mailbox unavailable', 1);
      await around.writer.readings([{ customerId: 3, heartBeat: 12, bp: 20 }]);
      await job.line(/error: a mail was refused for good; `npm run status` shows it/);
      await around.writer.readings([{ customerId: 4, heartBeat: 13, bp: 170 }]);
      await around.mail.arrived(before + 1);
      const { stdout, stderr: noise } = await run('jobs/status.ts', [], around.environment);
      expect(stdout, noise).to.match(/^ {2}notifications that failed: 2$/m);
      expect(stdout).to.match(/^ {2}! .* UTC, opened, not told: .*mailbox unavailable/m);
      const { code, stderr } = await job.interrupt();
      expect(code).to.equal(130);
      expect(stderr).not.to.contain('birch@');
      expect(around.mail.mails.at(-1)?.mail.text).to.match(/Value: +13 bpm/);
    });

    it('a mail server that goes away: the query goes on, and mails wait until it is back', async () => {
      const { SMTP_PORT: port = '' } = around.environment;
      const proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(port) });
      try {
        const job = submitCommand(['vital-alerts', '--json', ...TRIGGER], {
          ...around.environment,
          SMTP_PORT: String(proxy.port),
        });
        await job.running(1);
        const before = around.mail.mails.length;
        proxy.cut();
        await around.writer.readings([{ customerId: 5, heartBeat: 14, bp: 170 }]);
        await job.line(/mails wait in the outbox/);
        await around.writer.readings([{ customerId: 5, heartBeat: 70, bp: 170 }]);
        await job.until(() => job.rowsOf('vital-alerts') >= 2, 'the next batch to be handled');
        expect(around.mail.mails).to.have.length(before);
        proxy.mend();
        await around.mail.arrived(before + 1);
        await job.interrupted();
        expect(around.mail.mails.at(-1)?.mail.text).to.match(/Value: +14 bpm/);
      } finally {
        await proxy.close();
      }
    });

    it('a topic that was deleted and made again does not fit the checkpoint', async () => {
      const other = await createSurroundings('again', { partitions: 1 });
      try {
        const first = submitCommand(['patient-vitals', '--json', ...TRIGGER], other.environment);
        await first.running(3);
        await other.writer.readings(Array.from({ length: 3 }, () => ({ customerId: 1, heartBeat: 70, bp: 170 })));
        await first.until(() => first.rowsOf('patient-vitals-archive') >= 3, 'the readings to be archived');
        await first.interrupt();
        await other.topic.admin.deleteTopics({ topics: [other.topic.name] });
        await other.topic.admin.createTopics({
          topics: [{ topic: other.topic.name, numPartitions: 1 }],
          waitForLeaders: true,
        });
        const ended = await run('jobs/submit.ts', ['patient-vitals', ...TRIGGER], other.environment);
        expectOneClearLine(ended, /checkpoint.*VITALS_CHECKPOINT.*does not fit topic/);
      } finally {
        await other.close();
      }
    });
  });
});

async function waiting({ connection }: JobSurroundings): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM alert_outbox').catch(() => [[]]);
  return rows.length;
}

async function noteOfSent({ connection }: JobSurroundings): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT 1 FROM alert_outbox WHERE state = 'sent'");
  return rows.length > 0;
}
