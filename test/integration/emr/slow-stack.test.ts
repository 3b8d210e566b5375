// AWS takes minutes where the emulator takes none: a stand-in answers as CloudFormation does while it is at work.
import { expect } from 'chai';
import { runEntry } from '../../helpers/aws-emulator.ts';
import { type CloudAnswer, CloudStandIn } from '../../helpers/cloud-stand-in.ts';
import { TerminalCommand } from '../../helpers/command.ts';

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:1:stack/slow/1';

interface Event {
  readonly id: string;
  readonly resource: string;
  readonly status: string;
  readonly reason?: string;
}

/** CloudFormation's query protocol, as far as `up` speaks it. */
class SlowCloudFormation extends CloudStandIn {
  status: string | undefined;
  events: Event[] = [];
  /** What AWS refuses, by action. */
  refused: { readonly action: string; readonly code: string; readonly message: string } | undefined;
  readonly asked: string[] = [];

  protected override answer(action = ''): CloudAnswer {
    this.asked.push(action);
    const ok = (result: string) => this.ok(action, result);
    const refuse = (code: string, message: string) => ({
      code: 400,
      xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    });
    if (action === this.refused?.action) return refuse(this.refused.code, this.refused.message);
    if (action === 'CreateStack') {
      this.status ??= 'CREATE_IN_PROGRESS';
      return ok(`<StackId>${STACK_ID}</StackId>`);
    }
    if (this.status === undefined) return refuse('ValidationError', 'Stack with id slow does not exist');
    if (action === 'DescribeStackEvents') {
      const members = [...this.events]
        .reverse()
        .map(
          ({ id, resource, status, reason = '' }) =>
            `<member><EventId>${id}</EventId><LogicalResourceId>${resource}</LogicalResourceId><ResourceType>AWS::X</ResourceType><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>2026-01-05T08:00:00Z</Timestamp></member>`,
        );
      return ok(`<StackEvents>${members.join('')}</StackEvents>`);
    }
    return ok(
      `<Stacks><member><StackId>${STACK_ID}</StackId><StackName>slow</StackName><StackStatus>${this.status}</StackStatus><CreationTime>2026-01-05T08:00:00Z</CreationTime></member></Stacks>`,
    );
  }
}

describe('npm run emr -- up, while AWS is at work (a stand-in)', () => {
  let cloud: SlowCloudFormation;
  let environment: Record<string, string>;

  beforeEach(async () => {
    cloud = new SlowCloudFormation();
    environment = await cloud.listen();
  });

  afterEach(() => cloud.close());

  const up = (...more: string[]) => runEntry('emr/main.ts', ['up', '--stack', 'slow', ...more], environment);

  it('gives up to wait at its limit, and says that AWS goes on', async () => {
    cloud.events = [{ id: '1', resource: 'Vpc', status: 'CREATE_IN_PROGRESS' }];
    const { code, stderr } = await up('--timeout', '1s');
    expect(code).to.equal(1);
    expect(stderr).to.match(/create in progress: Vpc/);
    expect(stderr).to.match(/still CREATE_IN_PROGRESS after 1\.0 s; AWS goes on with it\n {2}.*status.*up.*down/);
  });

  it('can be left with Ctrl-C, and waits on when it is run again', async () => {
    cloud.events = [{ id: '1', resource: 'Vpc', status: 'CREATE_IN_PROGRESS' }];
    const command = new TerminalCommand('npm run emr -- up --stack slow', environment);
    await command.printed(/create in progress: Vpc/);
    command.pressCtrlC();
    expect(await command.exited).to.equal(130);
    expect(command.output).to.match(/AWS goes on: `npm run emr -- status` shows it/);
    const { stderr } = await up('--timeout', '1s');
    expect(stderr).to.contain('stack slow is CREATE_IN_PROGRESS: waiting');
    expect(cloud.asked.filter((action) => action === 'CreateStack')).to.have.length(1);
  });

  it('waits on where AWS takes no more questions for a moment', async () => {
    cloud.events = [{ id: '1', resource: 'Vpc', status: 'CREATE_IN_PROGRESS' }];
    const command = new TerminalCommand('npm run emr -- up --stack slow', environment);
    await command.printed(/create in progress: Vpc/);
    cloud.refused = { action: 'DescribeStacks', code: 'Throttling', message: 'Rate exceeded' };
    await command.printed(/Cannot look for stack .*takes no more requests for the moment; looking again/);
    cloud.refused = undefined;
    cloud.events = [...cloud.events, { id: '2', resource: 'Vpc', status: 'CREATE_FAILED', reason: 'no room' }];
    cloud.status = 'ROLLBACK_COMPLETE';
    expect(await command.exited).to.equal(1);
    expect(command.output).to.match(/Stack slow is ROLLBACK_COMPLETE: Vpc: no room/);
  });

  it('tells what failed first, and not what was cancelled because of it', async () => {
    cloud.events = [{ id: '1', resource: 'Vpc', status: 'CREATE_IN_PROGRESS' }];
    const command = new TerminalCommand('npm run emr -- up --stack slow', environment);
    await command.printed(/create in progress: Vpc/);
    cloud.events = [
      ...cloud.events,
      { id: '2', resource: 'Bucket', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
      { id: '3', resource: 'Vpc', status: 'CREATE_FAILED', reason: 'The maximum number of VPCs has been reached.' },
    ];
    cloud.status = 'ROLLBACK_COMPLETE';
    expect(await command.exited).to.equal(1);
    expect(command.output).to.match(
      /Stack slow is ROLLBACK_COMPLETE: Vpc: The maximum number of VPCs has been reached\.\n {2}Use a VPC that is there/,
    );
  });

  it('makes no network where subnets are given but not their VPC', async () => {
    const { code, stderr } = await up('--parameter', 'SubnetIds=subnet-12345678,subnet-87654321');
    expect(code).to.equal(2);
    expect(stderr).to.contain('SubnetIds needs VpcId as well');
    expect(cloud.asked).not.to.include('CreateStack');
  });

  it('does not touch what cannot be changed', async () => {
    cloud.status = 'ROLLBACK_FAILED';
    const { code, stderr } = await up();
    expect(code).to.equal(1);
    expect(stderr).to.match(/is ROLLBACK_FAILED and cannot be changed\n {2}Remove it with `npm run emr -- down`/);
  });

  it('names a permission that is missing', async () => {
    cloud.refused = {
      action: 'CreateStack',
      code: 'AccessDenied',
      message: 'User: arn:aws:iam::1:user/a is not authorized to perform: cloudformation:CreateStack on resource: x',
    };
    const { code, stderr } = await up();
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /Cannot create stack slow in eu-central-1: the permission cloudformation:CreateStack is missing\n {2}Ask/,
    );
  });

  it('names a quota that is used up', async () => {
    cloud.refused = {
      action: 'CreateStack',
      code: 'LimitExceededException',
      message: 'Limit for stack has been exceeded',
    };
    const { stderr } = await up();
    expect(stderr).to.match(/Limit for stack has been exceeded\n {2}Ask for more in Service Quotas/);
  });
});
