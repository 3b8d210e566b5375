// Against moto, an emulator of AWS over HTTP. None of this has ever run against AWS itself.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { RunJobFlowCommand, TerminateJobFlowsCommand } from '@aws-sdk/client-emr';
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { awsClients, type Clients } from '../../../emr/clients.ts';
import type { EmrStatus } from '../../../emr/status.ts';
import { TEMPLATE } from '../../../emr/template/index.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';
import { AwsEmulator, type CommandOutcome, runEntry } from '../../helpers/aws-emulator.ts';
import { TerminalCommand } from '../../helpers/command.ts';
import { setProcessEnvironment } from '../../helpers/process-environment.ts';

describe('npm run emr, against an emulator of AWS', () => {
  let emulator: AwsEmulator;
  let clients: Clients;
  let restore: () => void = () => {};

  before(async () => {
    emulator = await AwsEmulator.start();
    restore = setProcessEnvironment(emulator.environment);
    clients = awsClients(emulator.environment);
  });

  after(async () => {
    restore();
    await emulator?.stop();
  });

  const emr = (...args: string[]) => runEntry('emr/main.ts', args);

  function statusOf({ code, stdout, stderr }: CommandOutcome): EmrStatus {
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as EmrStatus;
  }

  it('makes everything, changes nothing the second time, and removes everything', async () => {
    const made = await emr('up', '--json', '--parameter', 'CreateKafka=true', '--parameter', 'CreateDatabase=true');
    const first = statusOf(made);
    expect(first.status).to.equal('UPDATE_COMPLETE');
    expect(first.cluster).to.include({ state: 'WAITING', release: 'emr-spark-8.1.0' });
    const bucket = first.outputs.BucketName ?? '';
    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents.map(({ Key = '' }) => Key.replace(/^scripts\/\w+\//, ''))).to.have.members([
      'guard-connect-port.sh',
      'install-connect-server.sh',
      'python-environment.sh',
      'spark-connect.service',
    ]);

    const again = await emr('up', '--json');
    expect(again.stderr).to.contain('stack instant-health is as it should be');
    expect(statusOf(again)).to.deep.equal(first);

    // As the cluster does with its logs.
    await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'logs/j-1/node/log.gz', Body: 'x' }));
    const removed = await emr('down', '--yes');
    expect(removed.code, removed.stderr).to.equal(0);
    expect(removed.stdout).to.contain('stack instant-health is gone');
    expect((await clients.s3.send(new ListBucketsCommand({}))).Buckets ?? []).to.deep.equal([]);
    expect(statusOf(await emr('status', '--json'))).to.include({ status: null, cluster: null });
    expect((await emr('down', '--yes')).stdout).to.contain('there was no stack instant-health');
  });

  it('runs the variant with a server of its own on emr-7', async () => {
    const status = statusOf(await emr('up', '--json', '--stack', 'own-server', '--parameter', 'Variant=server'));
    expect(status.cluster).to.include({ release: 'emr-7.14.0' });
    expect((await emr('down', '--yes', '--stack', 'own-server')).code).to.equal(0);
  });

  it('makes another cluster where the first has ended, and shows that', async () => {
    const name = ['--stack', 'ended'];
    const { cluster } = statusOf(await emr('up', '--json', ...name));
    await clients.emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [cluster?.id ?? ''] }));
    expect((await emr('status', ...name)).stdout).to.match(/TERMINATED.*`npm run emr -- up` makes another/);
    const second = statusOf(await emr('up', '--json', ...name));
    expect(second.cluster?.state).to.equal('WAITING');
    expect(second.cluster?.id).not.to.equal(cluster?.id);
    expect((await emr('down', '--yes', ...name)).code).to.equal(0);
  });

  it('lists and removes what is only half there', async () => {
    // What an interrupted `up` leaves: everything but the cluster.
    await clients.cloudFormation.send(
      new CreateStackCommand({
        StackName: 'half',
        TemplateBody: JSON.stringify(TEMPLATE),
        Parameters: [{ ParameterKey: 'HasCluster', ParameterValue: 'false' }],
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
    // And one that no stack knows of.
    const { JobFlowId = '' } = await clients.emr.send(
      new RunJobFlowCommand({
        Name: 'half',
        Instances: { KeepJobFlowAliveWhenNoSteps: true, InstanceCount: 1, MasterInstanceType: 'm5.xlarge' },
        JobFlowRole: 'x',
        ServiceRole: 'x',
      }),
    );
    const half = statusOf(await emr('status', '--json', '--stack', 'half'));
    expect(half.status).to.equal('CREATE_COMPLETE');
    expect(half.cluster).to.equal(null);
    expect(half.resources.map((resource) => resource.name)).to.include('Bucket');
    expect(half.strayClusters).to.deep.equal([JobFlowId]);
    expect((await emr('status', '--stack', 'half')).stdout).to.contain(`terminate-clusters --cluster-ids ${JobFlowId}`);

    expect((await emr('down', '--yes', '--stack', 'half')).code).to.equal(0);
    const none = statusOf(await emr('status', '--json', '--stack', 'half'));
    expect(none.status).to.equal(null);
    expect(none.resources).to.deep.equal([]);
  });

  it('asks before it deletes, and deletes nothing without a yes', async () => {
    expect((await emr('up', '--stack', 'asked')).code).to.equal(0);
    const unasked = await emr('down', '--stack', 'asked');
    expect(unasked.code).to.equal(2);
    expect(unasked.stderr).to.match(/no terminal[\s\S]*--yes/);
    const command = new TerminalCommand('npm run emr -- down --stack asked');
    await command.printed(/Delete all of it, with the readings in HDFS\? \[y\/N\]/);
    command.type('n\r');
    expect(await command.exited).to.equal(0);
    expect(statusOf(await emr('status', '--json', '--stack', 'asked')).status).to.equal('UPDATE_COMPLETE');
    expect((await emr('down', '--yes', '--stack', 'asked')).code).to.equal(0);
  });

  it('does what docs/emr.md shows', async () => {
    const page = readFileSync(path.join(PROJECT_ROOT, 'docs', 'emr.md'), 'utf8');
    const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    );
    expect(commands.at(-1)).to.equal('npm run emr -- down');
    for (const line of commands) {
      const command = new TerminalCommand(line);
      if (line.endsWith('down')) {
        await command.printed(/\[y\/N\]/);
        command.type('y\r');
      }
      expect(await command.exited, command.output).to.equal(0);
    }
    expect(statusOf(await emr('status', '--json')).status).to.equal(null);
  });

  it('names what is wrong, and the next step', async () => {
    const cases: [string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [
        ['status'],
        { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
        2,
        /no AWS credentials were found\n {2}Sign in/,
      ],
      [['status'], { AWS_REGION: 'frankfurt' }, 2, /frankfurt is no AWS region\n {2}Set AWS_REGION/],
      [
        ['status'],
        { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined },
        2,
        /no AWS region is set\n {2}Set AWS_REGION/,
      ],
      [
        ['status'],
        { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
        1,
        /AWS does not answer \(ECONNREFUSED\)\n {2}Check AWS_REGION/,
      ],
      [['up', '--parameter', 'Variant=cheap'], {}, 2, /Variant expects sessions or server, not "cheap"\n {2}.*--help/],
      [['up', '--parameter', 'Realease=7'], {}, 2, /there is no parameter Realease\n/],
      [['up', '--parameter', 'VpcId=vpc-12345678'], {}, 2, /VpcId needs SubnetIds as well/],
    ];
    for (const [args, environment, code, message] of cases) {
      const outcome = await runEntry('emr/main.ts', args, environment);
      expect(outcome.stderr, args.join(' ')).to.match(message);
      expect(outcome.stderr).not.to.contain('emulated-secret-key');
      expect(outcome.code, args.join(' ')).to.equal(code);
    }
  });
});
