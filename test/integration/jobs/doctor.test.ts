import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readersGroup } from '../../../jobs/alert-topic/turn.ts';
import { examine, type Finding } from '../../../jobs/doctor/check.ts';
import { allChecks } from '../../../jobs/doctor/checks.ts';
import { probeCluster } from '../../../jobs/doctor/cluster-probe.ts';
import { kafkaChecks } from '../../../jobs/doctor/kafka-checks.ts';
import { addressOf } from '../../../jobs/doctor/line.ts';
import { targetOf } from '../../../jobs/targets/target.ts';
import { ensureTopic } from '../../../producer/index.ts';
import { certificateFiles, provideCertificates } from '../../../scripts/stack/certificates.ts';
import { createLogger } from '../../../settings/index.ts';
import { createSurroundings, type JobSurroundings, openSession } from '../../helpers/jobs-surroundings.ts';
import { MailCatcher } from '../../helpers/smtp.ts';
import { endCommands, run } from '../../helpers/submit.ts';
import { closedPort } from '../../helpers/tcp-proxy.ts';
import { TopicWriter } from '../../helpers/topics.ts';

type Told = Omit<Finding, 'exitCode'>;

const PASSWORD = 'wrong-secret-4711';

describe('doctor', () => {
  let around: JobSurroundings;
  let folder: string;

  before(async () => {
    around = await createSurroundings('doctor');
    folder = mkdtempSync(join(tmpdir(), 'instant-health-doctor-'));
    await provideCertificates(join(folder, 'other'), AbortSignal.timeout(120_000));
  });

  after(async () => {
    await endCommands();
    if (folder) rmSync(folder, { recursive: true });
    await around?.close();
  });

  const finding = (findings: readonly Told[], name: string) => {
    const found = findings.find(({ link, from, what }) => `${link} ${from} ${what}` === name);
    if (found === undefined) throw new Error(`there is no finding ${name}`);
    return found;
  };
  /** In this process, where no Spark server is needed. */
  const withoutSpark = async (more: Record<string, string>) => {
    const remote = `sc://127.0.0.1:${await closedPort()}`;
    const environment = { ...around.environment, SPARK_REMOTE: remote, ...more };
    const log = createLogger({ name: 'test', level: 'silent' });
    const { signal } = new AbortController();
    const { checks, close } = allChecks({
      environment,
      target: () => targetOf({}, environment),
      viaTopic: false,
      log,
      signal,
    });
    const findings: Finding[] = [];
    try {
      for await (const found of examine(checks, signal)) findings.push(found);
      return findings;
    } finally {
      await close();
    }
  };
  const expectFailure = (findings: readonly Told[], name: string, detail: RegExp, next: RegExp) => {
    const { verdict, detail: told, next: advice } = finding(findings, name);
    expect(verdict, `${name}: ${told}`).to.equal('failed');
    expect(told).to.match(detail);
    expect(advice).to.match(next);
  };
  const unchecked = (findings: readonly Told[]) =>
    findings
      .filter(({ verdict }) => verdict === 'not checked')
      .map(({ link, from, what }) => `${link} ${from} ${what}`);

  it('finds that all is well, and leaves nothing behind', async () => {
    await around.writer.readings([{ customerId: 1, heartBeat: 70, bp: 170 }]);
    const { authority, certificate, key } = certificateFiles(join(folder, 'other'));
    const mail = await MailCatcher.start({
      tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') },
    });
    const secured = { ...mail.environment, SMTP_TLS: 'required', SMTP_CA: authority };
    const { code, stdout, stderr } = await run('jobs/doctor/main.ts', [], {
      ...around.environment,
      ...secured,
      DEBUG: '1',
    });
    await mail.close();
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout).to.match(/^mail +here +tls +ok +trusted by /m);
    expect(stdout).to.match(/^mail +cluster +line +ok +\S+ TLSv1/m);
    expect(mail.mails).to.deep.equal([]);
    expect(stdout).to.match(/^database +cluster +line +ok +\S+ TLSv1/m);
    expect(stdout).to.match(/^database +here +tables +ok +5 patients, \d+ limits$/m);
    expect(stdout).to.match(/^kafka +cluster +topic +ok +\S+ was read$/m);
    expect(stdout).to.match(/^python +cluster +foreachBatch +ok /m);
    expect(stdout).to.match(/^kafka +here +alerts topic +– +not checked: \S+-alerts is not there: nothing goes via/m);
    expect(stdout).to.match(/^all that was checked holds \(35, 2 not checked\)$/m);
    expect(stdout + stderr).not.to.include(around.environment.DATABASE_PASSWORD);
    for (const directory of await around.hdfs.names(around.folder)) {
      expect(await around.hdfs.names(`${around.folder}/${directory}`)).to.deep.equal(['_doctor']);
      expect(await around.hdfs.names(`${around.folder}/${directory}/_doctor`)).to.deep.equal([]);
    }
  });

  it('says of each failure what to do: password, topic, directory, mail server without TLS', async () => {
    await around.hdfs.writeText(`${around.folder}/taken`, 'a file');
    const { code, stdout, stderr } = await run('jobs/doctor/main.ts', ['--json'], {
      ...around.environment,
      DATABASE_PASSWORD: PASSWORD,
      KAFKA_TOPIC: 'no-such-topic',
      VITALS_DIR: `${around.folder}/taken/vitals`,
      SMTP_TLS: 'required',
      DEBUG: '1',
      LOG_LEVEL: 'debug',
    });
    expect(code, stderr).to.equal(1);
    const { holds, findings } = JSON.parse(stdout) as { holds: boolean; findings: Told[] };
    expect(holds).to.equal(false);
    expectFailure(findings, 'database here login', /refuses user health/, /DATABASE_USER and DATABASE_PASSWORD/);
    expectFailure(findings, 'kafka here topic', /has no topic no-such-topic/, /KAFKA_TOPIC/);
    expectFailure(findings, 'kafka cluster topic', /no topic no-such-topic/, /KAFKA_TOPIC/);
    expectFailure(findings, 'hdfs cluster VITALS_DIR', /a file where a directory is needed.*taken/, /VITALS|variables/);
    expectFailure(findings, 'mail here tls', /No trusted TLS/, /SMTP_HOST and SMTP_PORT/);
    expectFailure(findings, 'mail cluster line', /\(tls\)/, /certificate/);
    expect(unchecked(findings)).to.deep.equal([
      ...['database here tables', 'kafka here alerts topic', 'kafka here alerts reader', 'mail here login'],
    ]);
    expect(finding(findings, 'hdfs cluster ALERTS_CHECKPOINT').verdict).to.equal('ok');
    expect(stdout + stderr).not.to.include(PASSWORD);
  });

  it('looks no further behind a port that is closed or a name that nobody knows', async () => {
    const findings = await withoutSpark({
      DATABASE_PORT: String(await closedPort()),
      KAFKA_BROKERS: `127.0.0.1:${await closedPort()}`,
      SMTP_HOST: 'no-such-host.invalid',
      SMTP_TLS: 'required',
    });
    expectFailure(
      findings,
      'database here port',
      /nothing answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
      /DATABASE_PORT/,
    );
    expectFailure(findings, 'kafka here port', /ECONNREFUSED/, /KAFKA_BROKERS/);
    expectFailure(findings, 'mail here dns', /no-such-host\.invalid is not known/, /SMTP_HOST/);
    expectFailure(findings, 'spark here port', /ECONNREFUSED/, /SPARK_REMOTE/);
    expect(unchecked(findings)).to.include.members([
      ...['database here tls', 'database here tables', 'kafka here topic', 'mail here port', 'spark here login'],
      ...['kafka cluster topic', 'hdfs cluster QUARANTINE_DIR', 'python cluster version', 'mail cluster line'],
    ]);
  });

  it('tells a certificate of somebody else, TLS where there is none, and a sign-in that is refused', async () => {
    const mail = await MailCatcher.start({ credentials: { user: 'vitals', password: 'right' } });
    const findings = await withoutSpark({
      ...mail.environment,
      DATABASE_CA: certificateFiles(join(folder, 'other')).authority,
      KAFKA_TLS: 'required',
      SMTP_USER: 'vitals',
      SMTP_PASSWORD: PASSWORD,
    });
    await mail.close();
    expectFailure(findings, 'database here tls', /No trusted TLS.*certificate/, /DATABASE_CA/);
    expectFailure(findings, 'kafka here tls', /no trusted TLS at/, /KAFKA_CA, KAFKA_TLS/);
    expectFailure(findings, 'mail here login', /refuses the sign-in/, /SMTP_USER and SMTP_PASSWORD/);
    expect(JSON.stringify(findings)).not.to.include(PASSWORD);
  });

  it('takes settings that are missing or wrong for a matter of their own, and does not repeat them', async () => {
    const { code, stdout } = await run('jobs/doctor/main.ts', ['--json'], {
      ...around.environment,
      DATABASE_NAME: 'no name',
      KAFKA_BROKERS: PASSWORD,
      SPARK_REMOTE: PASSWORD,
      VITALS_DIR: 'here',
    });
    expect(code).to.equal(2);
    const { findings } = JSON.parse(stdout) as { findings: Told[] };
    expectFailure(findings, 'database here settings', /DATABASE_NAME is not valid/, /\.env/);
    expectFailure(findings, 'kafka here settings', /KAFKA_BROKERS is not valid/, /\.env/);
    expectFailure(findings, 'spark here target', /SPARK_REMOTE is not valid/, /--cluster/);
    expectFailure(findings, 'hdfs here settings', /VITALS_DIR is not valid/, /\.env/);
    expect(finding(findings, 'mail here login').verdict).to.equal('ok');
    expect(stdout).not.to.include(PASSWORD);
    const twice = await run(
      'jobs/doctor/main.ts',
      ['--remote', 'sc://a', '--cluster', 'j-2AXXXXXXGAPLF'],
      around.environment,
    );
    expect(twice.code).to.equal(2);
    expect(twice.stderr).to.match(/^error: --remote and --cluster name two targets$/m);
  });

  it("looks at the alerts' topic and its reader, where it is there or asked for", async () => {
    const { admin, kafka, name } = around.topic;
    const alertsTopic = `${name}-alerts`;
    const look = async (viaTopic: boolean, more: Readonly<Record<string, string>> = {}) => {
      const environment = () => ({ ...around.environment, ...more });
      const log = createLogger({ name: 'test', level: 'silent' });
      const { checks, close } = kafkaChecks({ environment, after: [], log, viaTopic });
      const findings: Finding[] = [];
      for await (const found of examine(checks, new AbortController().signal)) findings.push(found);
      await close();
      return findings;
    };
    const missing = await look(true);
    expectFailure(missing, 'kafka here alerts topic', /no topic \S+-alerts \(KAFKA_ALERTS_TOPIC\)/, /alerts -- run/);
    expect(unchecked(missing)).to.deep.equal(['kafka here alerts reader']);

    await ensureTopic(admin, `${name}-narrow`, { partitions: 1 });
    const narrow = await look(false, { KAFKA_ALERTS_TOPIC: `${name}-narrow` });
    expectFailure(narrow, 'kafka here alerts topic', /has 1 partitions, and KAFKA_TOPIC 3/, /alerts -- run/);

    await ensureTopic(admin, alertsTopic, { partitions: 3 });
    const writer = await TopicWriter.open({ ...around.topic, name: alertsTopic });
    await writer.raw({ value: 'one', partition: 0 }, { value: 'two', partition: 2 });
    await writer.close();
    const unread = await look(true);
    expectFailure(unread, 'kafka here alerts reader', /nobody reads \S+-alerts: 2 messages wait/, /alerts -- run/);
    expect(unchecked(await look(false))).to.deep.equal(['kafka here alerts reader']);

    const reader = kafka.consumer({ groupId: readersGroup(alertsTopic), sessionTimeout: 6_000, maxWaitTimeInMs: 50 });
    await reader.connect();
    await reader.subscribe({ topic: alertsTopic });
    const joined = new Promise((resolve) => reader.on('consumer.group_join', resolve));
    await reader.run({ autoCommit: false });
    await joined;
    const all = await look(true);
    await reader.disconnect();
    expect(finding(all, 'kafka here alerts topic').detail).to.equal(`${alertsTopic}, 3 partitions`);
    expect(finding(all, 'kafka here alerts reader').detail).to.match(/^on \S+, 2 messages wait$/);
  });

  it('asks a node for its packages and its lines', async () => {
    const { DATABASE_HOST: host = '', DATABASE_PORT: databasePort, KAFKA_BROKERS: brokers = '' } = around.environment;
    const database = { addresses: [{ host, port: Number(databasePort) }], tls: 'mysql' } as const;
    const spark = await openSession();
    try {
      const { python, missing, lines } = await probeCluster(
        spark,
        [
          { id: 'plain', addresses: [addressOf(brokers)], tls: undefined, ca: undefined },
          { id: 'stranger', ...database, ca: await certificateFiles(join(folder, 'other')).readAuthority() },
          { id: 'closed', addresses: [{ host, port: await closedPort() }], tls: undefined, ca: undefined },
          { id: 'nameless', addresses: [{ host: 'no-such.invalid', port: 1 }], tls: undefined, ca: undefined },
        ],
        AbortSignal.timeout(60_000),
        ['json', 'no_such_package'],
      );
      expect(python).to.match(/^3\.\d+\.\d+$/);
      expect(missing).to.deep.equal(['no_such_package']);
      expect(lines.plain).to.deep.equal({ found: brokers });
      expect(lines.stranger).to.include({ stage: 'tls' });
      expect(lines.closed).to.include({ stage: 'port' });
      expect(lines.nameless).to.include({ stage: 'dns', at: 'no-such.invalid:1' });
    } finally {
      await spark.stop();
    }
  });
});
