import { SparkConnectError, SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { connectionFailure } from '../../../jobs/failures.ts';
import { openJobSession } from '../../../jobs/job-session.ts';
import { onTarget } from '../../../jobs/targets/on-target.ts';
import { plainServer, type SparkServer } from '../../../jobs/targets/spark-server.ts';
import { createLogger, OperatorError, storageSettings } from '../../../settings/index.ts';
import { archived } from '../../helpers/archived.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { FakeSession } from '../../helpers/fake-emr/account.ts';
import { FakeEmr } from '../../helpers/fake-emr/fake-emr.ts';
import {
  createSurroundings,
  type JobSurroundings,
  openSession,
  sparkRemote,
  sparkVersion,
} from '../../helpers/jobs-surroundings.ts';
import { setProcessEnvironment } from '../../helpers/process-environment.ts';
import { Command, endCommands } from '../../helpers/submit.ts';

const CLUSTER = 'j-2AXXXXXXGAPLF';
const LIMIT_OF_PROXY = 5_000;
/** One that was given a moment ago is not asked for again, see session-token.ts. */
const REPLACED_AFTER_MS = 2_000;

// Against a FAKE of AWS and of its proxy (test/helpers/fake-emr), with a real Spark Connect server behind.
describe('submit --cluster, with native sessions', () => {
  let around: JobSurroundings;
  let emr: FakeEmr;
  let spark: SparkSession;
  let environment: Record<string, string>;
  let sent = 0;
  const outputs: string[] = [];

  before(async () => {
    around = await createSurroundings('sessions');
    [emr, spark] = await Promise.all([FakeEmr.start(sparkRemote()), openSession()]);
    emr.account.clusters.push({
      Id: CLUSTER,
      Name: 'vitals',
      ReleaseLabel: 'emr-spark-8.1.0',
      SessionEnabled: true,
      Applications: [{ Name: 'Spark' }],
      Status: { State: 'WAITING' },
    });
    environment = { ...around.environment, ...emr.environment };
  });

  after(async () => {
    await endCommands();
    await spark?.stop();
    await around?.close();
    await emr?.close();
  });

  // With everything that DEBUG tells, so that a secret in it would be found.
  const command = (entry: string, args: readonly string[], more: Record<string, string> = {}) => {
    const started = new Command(entry, args, { ...environment, DEBUG: '1', LOG_LEVEL: 'debug', ...more });
    started.ended.then(({ stdout, stderr }) => outputs.push(stdout, stderr));
    return started;
  };
  const submit = (...args: readonly string[]) => command('jobs/submit.ts', [...args, '--json', '--cluster', CLUSTER]);
  const living = () => emr.account.sessions.filter(({ id }) => emr.account.find(id)?.state !== 'TERMINATED');
  const theLiving = (): FakeSession => {
    const [session, ...others] = living();
    if (session === undefined || others.length > 0) throw new Error(`${living().length} sessions live`);
    return session;
  };
  const send = async (count: number) => {
    const readings = Array.from({ length: count }, (_, index) => ({
      customerId: 1,
      heartBeat: 60 + ((sent + index) % 30),
      bp: 170,
    }));
    await around.writer.readings(readings);
    sent += count;
  };
  const allArchived = () => archived(spark, around.environment, sent);
  const runs = (jobs: Command, times: number) =>
    jobs.until(() => jobs.errorLines.filter((line) => / runs \(id /.test(line)).length >= times, `${times} starts`);

  it('takes a session, renews its token, stays far below the limit of the proxy, and ends the session', async () => {
    emr.account.tokenLifetimeMs = 5_000;
    emr.account.fail('StartSession', { type: 'ThrottlingException', message: 'Rate exceeded', times: 2 });
    const jobs = command('jobs/submit.ts', ['patient-vitals', 'vital-alerts', '--json', '--cluster', 'vitals']);
    await jobs.running(4);
    const before = emr.proxy.calls;
    const from = performance.now();
    for (let batch = 1; batch <= 2; batch++) {
      await send(5);
      await jobs.until(() => jobs.rowsOf('vital-alerts') >= batch * 5, `${batch * 5} readings to be judged`);
    }
    const perFiveMinutes = ((emr.proxy.calls - before) / (performance.now() - from)) * 300_000;
    expect(perFiveMinutes, 'calls in five minutes').to.be.lessThan(LIMIT_OF_PROXY / 2);
    await allArchived();

    const session = theLiving();
    expect(session.name).to.match(/^instant-health-[0-9a-f]{8}$/);
    expect(session.tags).to.deep.equal([{ Key: 'project', Value: 'instant-health-alert' }]);
    expect(session.requestToken).to.match(/^[0-9a-f]{64}$/);
    expect(emr.account.calls.filter((action) => action === 'StartSession')).to.have.length(3);
    expect(emr.proxy.tokensSeen.size, 'tokens used').to.be.greaterThan(2);
    expect(emr.proxy.refused, 'calls with a token that had ended').to.equal(0);

    const status = await command('jobs/status.ts', ['--cluster', CLUSTER]).ended;
    expect(status.stdout, status.stderr).to.match(/^vital-alerts +running$/m);
    const { code, stderr } = await jobs.interrupt();
    expect(code, stderr).to.equal(130);
    expect(living()).to.deep.equal([]);
  });

  it('opens another session, once, when AWS has ended the first; queries go on from their checkpoints', async () => {
    emr.account.tokenLifetimeMs = 3_600_000;
    const jobs = submit('patient-vitals', '--trigger', '1 second');
    await jobs.running(3);
    // One that AWS takes back before its time is replaced, and the queries do not notice.
    await eventually(async () => emr.account.tokenAgeMs > REPLACED_AFTER_MS, 'a token that may be replaced');
    emr.account.revoke();
    await send(2);
    await allArchived();
    await eventually(async () => emr.proxy.refused > 0, 'a call with a token that was taken back');
    emr.account.end(theLiving().id, 'the idle timeout was reached');
    await jobs.line(/the session was lost .*opening another one/, 25_000);
    const first = emr.account.sessions.at(-2);
    await runs(jobs, 6);
    await send(4);
    await allArchived();
    expect(theLiving().requestToken).not.to.equal(first?.requestToken);

    emr.account.end(theLiving().id, 'the idle timeout was reached');
    const { code, stderr } = await jobs.ended;
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: session s-\w+ of cluster \S+ is TERMINATED: the idle timeout was reached/m);
  });

  it('joins the session again when Spark has closed its own (SESSION_CLOSED), and archives everything once', async function () {
    // Spark 3.5 has no call that ends a session, and EMR no sessions with it.
    if (sparkVersion().startsWith('3.')) this.skip();
    const jobs = submit('patient-vitals', '--trigger', '1 second');
    await jobs.running(3);
    const log = createLogger({ name: 'test', level: 'warn' });
    const identity = storageSettings(around.environment).vitalsCheckpoint;
    const server = plainServer(sparkRemote());
    await (await openJobSession({ server, job: 'patient-vitals', identity, log })).stop();
    await runs(jobs, 6);
    await send(3);
    await allArchived();
    expect(emr.account.sessions).to.include(theLiving());
    await jobs.interrupted();
    expect(living()).to.deep.equal([]);
    await allArchived();
  });

  it('is looked at by doctor, through a session that it starts and ends', async () => {
    const before = emr.account.sessions.length;
    const { code, stdout, stderr } = await command('jobs/doctor/main.ts', ['--cluster', CLUSTER]).ended;
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout).to.match(/^spark +here +target +ok +sc:\/\/localhost:\d+\/;use_ssl=true, session s-\w+$/m);
    expect(stdout).to.match(/^spark +here +tls +ok +TLSv1/m);
    expect(emr.account.sessions.length).to.equal(before + 1);
    expect(living()).to.deep.equal([]);

    emr.account.tokenLifetimeMs = 0;
    const refused = await command('jobs/doctor/main.ts', ['--cluster', CLUSTER]).ended;
    emr.account.tokenLifetimeMs = 3_600_000;
    expect(refused.code).to.equal(1);
    expect(refused.stdout).to.match(/^spark +here +login +FAILED +.*does not accept the token/m);
    expect(living()).to.deep.equal([]);
  });

  it('leaves the session with --detach, where stop finds the queries and then ends it', async () => {
    const detached = await submit('patient-vitals', '--detach').ended;
    expect(detached.code, detached.stderr).to.equal(0);
    const { id } = theLiving();
    const second = await submit('patient-vitals').ended;
    expect(second.code).to.equal(2);
    expect(second.stderr).to.include(`joining session ${id}`).and.include('patient-vitals is already running');
    expect(theLiving().id).to.equal(id);

    const stopped = await command('jobs/stop.ts', ['--all', '--cluster', CLUSTER]).ended;
    expect(stopped.code, stopped.stderr).to.equal(0);
    expect(stopped.stdout).to.include('patient-vitals-archive was stopped');
    expect(living()).to.deep.equal([]);
  });

  /** Why work on the cluster fails, in this process; no session lives then. */
  const failureOf = async (work: (server: SparkServer) => Promise<void>): Promise<OperatorError> => {
    const restore = setProcessEnvironment(emr.environment);
    const target = { kind: 'cluster', cluster: CLUSTER } as const;
    const log = createLogger({ name: 'test', level: 'debug', destination: { write: (text) => outputs.push(text) } });
    const options = { environment, log, signal: AbortSignal.timeout(120_000), keepsSession: false };
    const before = emr.account.sessions.length;
    const failure: unknown = await onTarget(target, options, work).catch((error: unknown) => error);
    restore();
    if (!(failure instanceof OperatorError)) throw failure;
    outputs.push(String(failure.stack));
    expect(emr.account.sessions.length).to.equal(before + 1);
    expect(living()).to.deep.equal([]);
    return failure;
  };

  it('names the address of the session where this machine does not know it, and leaves no session behind', async () => {
    const { endpoint } = emr.account;
    emr.account.endpoint = 'https://p-4711.sessions.invalid';
    const { message, next } = await failureOf(async ({ remote, connection }) => {
      // Not as patient as submit.
      const builder = SparkSession.builder().remote(remote);
      await builder
        .connection({ ...connection, connectTimeoutMs: 1_000 })
        .create()
        .catch((error: unknown) => {
          throw connectionFailure(error, remote);
        });
    });
    emr.account.endpoint = endpoint;
    expect(message).to.contain('p-4711.sessions.invalid:443');
    expect(next).to.match(/^Check the address.*npm run doctor/);
  });

  it('says that the cluster has ended, where the session was lost with it', async () => {
    const [cluster] = emr.account.clusters;
    if (!cluster) throw new Error('there is no cluster');
    const { message, next } = await failureOf(async () => {
      emr.account.end(theLiving().id, 'the cluster was terminated');
      const reason = { Message: 'Terminated by user request' };
      emr.account.clusters[0] = { ...cluster, Status: { State: 'TERMINATING', StateChangeReason: reason } };
      throw new SparkConnectError('unavailable', 'Connection dropped');
    });
    emr.account.clusters[0] = cluster;
    expect(message).to.equal(`cluster ${CLUSTER} is TERMINATING, not WAITING or RUNNING: Terminated by user request`);
    expect(next).to.match(/^It will not come back/);
  });

  it('says that the token is not accepted, and leaves no session behind', async () => {
    emr.account.tokenLifetimeMs = 0;
    const { code, stderr } = await submit('patient-vitals').ended;
    emr.account.tokenLifetimeMs = 3_600_000;
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: .*does not accept the token/m);
    expect(living()).to.deep.equal([]);
  });

  it('shows no token and no key in any output', () => {
    expect(outputs.join('\n')).to.include(CLUSTER);
    expect(emr.account.tokens.length).to.be.greaterThan(5);
    for (const secret of emr.secrets) expect(outputs.join('\n').includes(secret), 'a secret is shown').to.equal(false);
  });
});
