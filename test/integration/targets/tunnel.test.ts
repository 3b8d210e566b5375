import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { Tunnel, type TunnelProgram } from '../../../jobs/targets/tunnel.ts';
import { sshTunnel, ssmTunnel } from '../../../jobs/targets/tunnel-programs.ts';
import { createLogger, OperatorError } from '../../../settings/index.ts';
import { archived } from '../../helpers/archived.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeEmr } from '../../helpers/fake-emr/fake-emr.ts';
import { createSurroundings, type JobSurroundings, openSession, sparkRemote } from '../../helpers/jobs-surroundings.ts';
import { refusedTarget } from '../../helpers/refused-target.ts';
import { Command, endCommands, run } from '../../helpers/submit.ts';

const TRIGGER = ['--trigger', '1 second'];
const CLUSTER = { id: 'j-2AXXXXXXGAPLF', name: 'vitals', release: 'emr-7.14.0', hasSessions: false };

/** Stands in for ssh: forwards as `-L` says, but to TUNNEL_TO, and writes its process id and arguments down. */
const FAKE_SSH = `#!${process.execPath}
const { connect, createServer } = require('node:net');
const { appendFileSync } = require('node:fs');
appendFileSync(process.env.TUNNEL_LOG, JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }) + '\\n');
const [, port] = process.argv[process.argv.indexOf('-L') + 1].split(':');
const [host, to] = process.env.TUNNEL_TO.split(':');
createServer((socket) => socket.on('error', () => {}).pipe(connect(to, host)).on('error', () => {}).pipe(socket)).listen(port, '127.0.0.1');
`;

describe('the tunnel to a cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-tunnel-'));
  const logFile = join(folder, 'log');
  const ssh = join(folder, 'ssh');
  const warnings: string[] = [];
  const log = createLogger({ name: 'test', destination: { write: (text) => warnings.push(text) } });
  let echo: Server;

  before(async () => {
    writeFileSync(ssh, FAKE_SSH);
    chmodSync(ssh, 0o755);
    echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    process.env.TUNNEL_LOG = logFile;
    process.env.TUNNEL_TO = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });

  beforeEach(() => {
    writeFileSync(logFile, '');
    warnings.length = 0;
  });

  after(() => {
    delete process.env.TUNNEL_LOG;
    delete process.env.TUNNEL_TO;
    echo.close();
    rmSync(folder, { recursive: true });
  });

  const program = (): TunnelProgram => ({
    ...sshTunnel({ ...CLUSTER, primaryDnsName: 'primary' }, undefined),
    file: ssh,
  });
  const open = (chosen: TunnelProgram) => Tunnel.open(chosen, log, AbortSignal.timeout(120_000));
  const started = () =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { pid: number; args: string[] });
  const answers = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('hello'));
      socket.on('data', () => resolve(true)).on('error', () => resolve(false));
      socket.on('data', () => socket.destroy()).on('close', () => resolve(false));
    });
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('is open when it is given, is opened again on the same port when it was cut, and leaves no process', async () => {
    const tunnel = await open(program());
    expect(await answers(tunnel.port)).to.equal(true);
    const [first] = started();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await eventually(async () => started().length === 2 && (await answers(tunnel.port)), 'the tunnel to be open again');
    expect(warnings.join('')).to.include('the tunnel to the cluster was cut');
    await tunnel.close();
    expect(started().map(({ pid }) => lives(pid))).to.deep.equal([false, false]);
  });

  it('says which program is missing, and the last words of one that ends', async () => {
    const failure = async (chosen: TunnelProgram) => {
      const error: unknown = await open(chosen).catch((reason: unknown) => reason);
      if (!(error instanceof OperatorError)) throw new Error(`not refused: ${String(error)}`);
      return `${error.message}. ${error.next}`;
    };
    const absent = { ...ssmTunnel('i-1', 'eu-central-1'), file: 'no-such-aws-cli' };
    expect(await failure(absent)).to.match(/^no-such-aws-cli is missing.*Install the AWS CLI and its Session Manager/);
    const refusing = {
      file: process.execPath,
      install: '',
      args: () => ['-e', 'console.error("hadoop@primary: Permission denied (publickey)."); process.exit(255)'],
    };
    expect(await failure(refusing)).to.match(/ended: hadoop@primary: Permission denied \(publickey\)/);
  });

  it('forwards to the loopback of the primary node, by SSM and by SSH, and never asks anything', () => {
    expect(ssmTunnel('i-1', 'eu-central-1').args(4711)).to.include('portNumber=15002,localPortNumber=4711');
    const args = sshTunnel({ ...CLUSTER, primaryDnsName: 'primary' }, '/key').args(4711);
    expect(args).to.include.members(['127.0.0.1:4711:127.0.0.1:15002', 'BatchMode=yes', '/key', 'hadoop@primary']);
  });

  // Against a FAKE of AWS, with a real Spark Connect server behind.
  describe('submit --cluster, without sessions', () => {
    let around: JobSurroundings;
    let emr: FakeEmr;
    let spark: SparkSession;
    let environment: Record<string, string>;

    before(async () => {
      around = await createSurroundings('tunnel');
      [emr, spark] = await Promise.all([FakeEmr.start(sparkRemote()), openSession()]);
      const working = {
        Applications: [{ Name: 'Spark' }],
        MasterPublicDnsName: 'primary',
        Status: { State: 'RUNNING' },
      };
      const { clusters } = emr.account;
      clusters.push({ ...working, Id: CLUSTER.id, Name: 'vitals', ReleaseLabel: 'emr-7.14.0' });
      clusters.push({ ...working, Id: 'j-2OLDOLDOLD', Name: 'old', ReleaseLabel: 'emr-6.15.0' });
      clusters.push({ ...working, Id: 'j-2NOSPARK00', Name: 'hive', ReleaseLabel: 'emr-7.14.0', Applications: [] });
      clusters.push({ ...working, Id: 'j-2TWIN00001', Name: 'twin', ReleaseLabel: 'emr-7.14.0' });
      clusters.push({ ...working, Id: 'j-2TWIN00002', Name: 'twin', ReleaseLabel: 'emr-7.14.0' });
      const why = { State: 'TERMINATED_WITH_ERRORS', StateChangeReason: { Message: 'Spot instances were taken back' } };
      clusters.push({ ...working, Id: 'j-2GONE00000', Name: 'gone', ReleaseLabel: 'emr-7.14.0', Status: why });
      environment = {
        ...around.environment,
        ...emr.environment,
        PATH: `${folder}:${process.env.PATH}`,
        EMR_TUNNEL: 'ssh',
        TUNNEL_LOG: logFile,
        TUNNEL_TO: sparkRemote().replace('sc://', ''),
      };
    });

    after(async () => {
      await endCommands();
      await spark?.stop();
      await around?.close();
      await emr?.close();
    });

    it('opens a tunnel to the server on the cluster, and closes it', async () => {
      const ended = await run('jobs/submit.ts', ['patient-vitals', '--dry-run', '--cluster', 'vitals'], environment);
      expect(ended.code, ended.stderr).to.equal(0);
      expect(ended.stdout).to.include('patient-vitals-archive (stream)');
      const [{ pid, args } = { pid: 0, args: [] }] = started();
      expect(args.at(-1)).to.equal('hadoop@primary');
      expect(lives(pid)).to.equal(false);
    });

    it('goes on with a job when the tunnel is cut, and says so', async () => {
      const jobs = new Command('jobs/submit.ts', ['patient-vitals', ...TRIGGER, '--cluster', 'vitals'], environment);
      await jobs.running(3);
      await around.writer.readings([{ customerId: 1, heartBeat: 70, bp: 170 }]);
      await archived(spark, around.environment, 1);
      process.kill(started().at(-1)?.pid ?? 0, 'SIGKILL');
      await jobs.line(/the tunnel to the cluster was cut/);
      await around.writer.readings([{ customerId: 2, heartBeat: 71, bp: 171 }]);
      await archived(spark, around.environment, 2);
      await jobs.interrupted();
      expect(started().map(({ pid }) => lives(pid))).to.deep.equal([false, false]);
    });

    it('reaches a server behind TLS without a tunnel, and shows no token that its address holds', async () => {
      emr.account.startingMs = -1;
      const session = emr.account.start({ place: CLUSTER.id, name: '', requestToken: '', tags: [], role: undefined });
      const { token } = emr.account.handOut(session.id);
      const address = `${emr.account.endpoint.replace('https:', 'sc:')}/;use_ssl=true`;
      const remote = `${address};x-aws-proxy-auth=${token};authorization=${session.id}`;
      const { code, stdout, stderr } = await run(
        'jobs/submit.ts',
        ['patient-vitals', '--dry-run', '--remote', remote],
        {
          ...environment,
          DEBUG: '1',
          LOG_LEVEL: 'debug',
        },
      );
      expect(code, stderr).to.equal(0);
      expect(stdout).to.include('patient-vitals-archive (stream)').and.to.include(address);
      expect(emr.proxy.calls).to.be.greaterThan(0);
      expect(stdout + stderr).not.to.include(token);
    });

    for (const [what, target, more, pattern] of [
      ['a cluster that is not there', 'j-2ZZZZZZZZZZ', {}, /^2 there is no cluster j-2ZZZZZZZZZZ/],
      ['a name that nobody has', 'vitels', {}, /^2 no cluster named vitels runs/],
      ['a name of two', 'twin', {}, /^2 2 clusters are named twin: j-2TWIN00001, j-2TWIN00002/],
      [
        'a cluster that has ended',
        'j-2GONE00000',
        {},
        /^1 .* is TERMINATED_WITH_ERRORS.*Spot instances were taken back/,
      ],
      ['a release that is too old', 'old', {}, /^2 .* has release emr-6\.15\.0; the jobs need Spark 3\.5 or 4/],
      ['no credentials', 'vitals', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, /^2 .*no AWS credentials/],
      ['a region that is none', 'vitals', { AWS_REGION: 'moon' }, /^2 moon is no AWS region/],
      ['an application without a role', '00f1r4bhl9cmfk09', {}, /^2 EMR_SESSION_ROLE is not set/],
    ] as const) {
      it(`says in one line: ${what}`, async () => {
        expect(await refusedTarget({ cluster: target }, { ...environment, ...more }, log)).to.match(pattern);
      });
    }

    it('names the action whose permission is missing', async () => {
      const message = 'User: u is not authorized to perform: elasticmapreduce:DescribeCluster on resource: *';
      emr.account.fail('DescribeCluster', { type: 'AccessDeniedException', message, times: 9 });
      const { code, stderr } = await run('jobs/submit.ts', ['patient-vitals', '--cluster', CLUSTER.id], environment);
      emr.account.fail('DescribeCluster', { type: '', message: '', times: 0 });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^error: .*permission elasticmapreduce:DescribeCluster is missing\n {2}Ask for/m);
      expect(stderr.split('\n').filter((line) => line.startsWith('error:'))).to.have.length(1);
      expect(stderr).not.to.match(/^ +at /m);
    });
  });
});
