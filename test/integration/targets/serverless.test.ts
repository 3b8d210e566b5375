import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { readArchive } from '../../../jobs/compaction/read-archive.ts';
import { openTarget } from '../../../jobs/targets/open-target.ts';
import { createLogger } from '../../../settings/index.ts';
import type { FakeApplication, FakeFailure } from '../../helpers/fake-emr/account.ts';
import { FakeEmr } from '../../helpers/fake-emr/fake-emr.ts';
import { openSession, sparkRemote } from '../../helpers/jobs-surroundings.ts';
import { setProcessEnvironment } from '../../helpers/process-environment.ts';
import { refusedTarget } from '../../helpers/refused-target.ts';
import { SampleArchive } from '../../helpers/sample-archive.ts';
import { run } from '../../helpers/submit.ts';

const ROLE = 'arn:aws:iam::123456789012:role/vitals';
const READY: FakeApplication = {
  applicationId: '00f1r4bhl9cmfk09',
  releaseLabel: 'emr-7.13.0',
  state: 'STARTED',
  interactiveConfiguration: { sessionEnabled: true },
};
const STOPPED = { ...READY, state: 'STOPPED', autoStartConfiguration: { enabled: false } };
const APPLICATION = READY.applicationId;

// Against a FAKE of AWS and of its proxy (test/helpers/fake-emr), with a real Spark Connect server behind.
describe('submit --application, on EMR Serverless', () => {
  // The server has no S3: its own disk stands in for the bucket.
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-serverless-'));
  const directories = { VITALS_DIR: `${folder}/vitals`, COMPACTED_DIR: `${folder}/by-day` };
  const outputs: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (text) => outputs.push(text) } });
  let emr: FakeEmr;
  let spark: SparkSession;
  let environment: Record<string, string>;

  before(async () => {
    [emr, spark] = await Promise.all([FakeEmr.start(sparkRemote()), openSession()]);
    environment = { ...emr.environment, ...directories, HDFS_URL: 'file:///', EMR_SESSION_ROLE: ROLE };
  });

  beforeEach(() => {
    emr.account.applications.splice(0, Number.POSITIVE_INFINITY, READY);
  });

  after(async () => {
    await spark?.stop();
    await emr?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a job that ends by itself, whole, and ends the session', async () => {
    const sample = await SampleArchive.open(spark, `file://${folder}`);
    await sample.add({ times: ['2026-11-20 10:00:00', '2026-11-21 10:00:00'], rows: 7 });
    const ended = await run('jobs/submit.ts', ['compact-vitals', '--json', '--application', APPLICATION], {
      ...environment,
      DEBUG: '1',
      LOG_LEVEL: 'debug',
    });
    outputs.push(ended.stdout, ended.stderr);
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.stdout).to.match(/"done":true,.*"files":1,"rows":7/);
    expect(ended.stderr).to.include('ends every session after 24 hours');
    const archive = { vitals: sample.vitals, compacted: `file://${folder}/by-day` };
    expect(await (await readArchive(spark, archive)).count()).to.equal(7);

    const [session, ...others] = emr.account.sessions;
    expect(others).to.deep.equal([]);
    expect(session).to.include({ role: ROLE, place: APPLICATION, state: 'TERMINATED' });
    expect(session?.tags).to.deep.equal({ project: 'instant-health-alert' });
    expect([emr.proxy.tokensSeen.size, emr.proxy.refused]).to.deep.equal([1, 0]);
    expect(emr.proxy.calls).to.be.greaterThan(10);
  });

  /** What is told, with the next step, of an application that cannot be opened; no session of it lives then. */
  const refused = async (more: Record<string, string> = {}): Promise<string> => {
    const told = await refusedTarget({ application: APPLICATION }, { ...environment, ...more }, log);
    outputs.push(told);
    for (const { state } of emr.account.sessions) expect(state).to.equal('TERMINATED');
    return told;
  };

  for (const [what, application, pattern] of [
    [
      'one that is not there',
      undefined,
      /^2 there is no application 00\w+ in this account .* → Check --application, AWS/,
    ],
    ['one that must be started', STOPPED, /^1 application 00\w+ is STOPPED, not STARTED → .*`aws .* start-application/],
    ['one that was deleted', { ...READY, state: 'TERMINATED' }, /^1 application 00\w+ is TERMINATED, .* not come back/],
    ['a release that is too old', { ...READY, releaseLabel: 'emr-7.12.0' }, /^2 .* has release emr-7\.12\.0; .*7\.13/],
    [
      'one without sessions',
      { ...READY, interactiveConfiguration: {} },
      /^2 .* does not have sessions enabled → Stop it/,
    ],
  ] as const) {
    it(`says in one line: ${what}`, async () => {
      emr.account.applications.splice(0, 1, ...(application ? [application] : []));
      expect(await refused()).to.match(pattern);
    });
  }

  const denied = (action: string): Omit<FakeFailure, 'times'> => ({
    type: 'AccessDeniedException',
    message: `User: arn:aws:iam::123456789012:user/u is not authorized to perform: emr-serverless:${action} on resource: *`,
    status: 403,
  });
  const quota = { type: 'ServiceQuotaExceededException', message: 'The maximum concurrent vCPUs is 16', status: 402 };
  const broken = { type: 'InternalServerException', message: 'Internal failure', status: 500 };
  for (const [action, failure, pattern] of [
    ['GetApplication', denied('GetApplication'), /the permission emr-serverless:GetApplication is missing → Ask for/],
    ['StartSession', denied('StartSession'), /the permission emr-serverless:StartSession is missing → Ask for/],
    ['StartSession', quota, /^1 Cannot start a session on application .*vCPUs is 16 → Ask for more in Service Quotas/],
    ['GetSessionEndpoint', denied('GetSessionEndpoint'), /emr-serverless:GetSessionEndpoint is missing → Ask for/],
    ['GetSessionEndpoint', broken, /^1 Cannot get a token for session s-\w+ .*: AWS has failed \(.*\) → Try again/],
  ] as const) {
    it(`says in one line: ${action} answers ${failure.type}`, async () => {
      emr.account.fail(action, { ...failure, times: 9 });
      const told = await refused().finally(() => emr.account.fail(action, { ...failure, times: 0 }));
      expect(told).to.match(pattern);
    });
  }

  it('says so where a session cannot be ended, and tells first what went wrong before', async () => {
    emr.account.fail('GetSessionEndpoint', { ...broken, times: 9 });
    emr.account.fail('TerminateSession', { ...denied('TerminateSession'), times: 9 });
    const told = await refusedTarget({ application: APPLICATION }, environment, log);
    emr.account.fail('GetSessionEndpoint', { ...broken, times: 0 });
    const session = emr.account.sessions.at(-1);
    expect(told).to.contain(`Cannot get a token for session ${session?.id}`);
    expect(session?.state).to.equal('IDLE');
    expect(outputs.at(-1)).to.contain(`session ${session?.id} could not be ended; it ends by itself`);
    expect(outputs.at(-1)).to.contain('the permission emr-serverless:TerminateSession is missing');
    // It is found, and joined, the next time.
    emr.account.fail('TerminateSession', { ...broken, times: 0 });
    const target = { kind: 'application', application: APPLICATION } as const;
    const restore = setProcessEnvironment(emr.environment);
    const signal = AbortSignal.timeout(120_000);
    const open = await openTarget(target, { environment, log, signal }).finally(restore);
    expect(open.session).to.deep.equal({ id: session?.id, wasStarted: false });
    await open.close({ keepsSession: false });
    expect(session?.state).to.equal('TERMINATED');
  });

  it('refuses the HDFS that EMR Serverless does not have', async () => {
    expect(await refused({ HDFS_URL: 'hdfs://namenode:8020' })).to.match(
      /^2 .*HDFS_URL must name a bucket → Set HDFS_URL=s3/,
    );
  });

  it('shows no token and no key in any output', () => {
    expect(outputs.join('\n')).to.include(APPLICATION);
    expect(emr.account.tokens).not.to.deep.equal([]);
    for (const secret of emr.secrets) expect(outputs.join('\n').includes(secret), 'a secret is shown').to.equal(false);
  });
});
