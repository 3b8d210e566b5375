// The emulator deletes a bucket whatever is in it, and a stack at once. A stand-in does as CloudFormation does: it refuses, and
// says so twice, of the bucket and of the stack.
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { runEntry } from '../../helpers/aws-emulator.ts';
import { type CloudAnswer, CloudStandIn } from '../../helpers/cloud-stand-in.ts';

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:1:stack/late/1';

const xmlOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

const event = (EventId: string, fields: Readonly<Record<string, string>>) =>
  `<member>${xmlOf({ StackId: STACK_ID, EventId, ...fields, Timestamp: '2026-01-05T08:00:00Z' })}</member>`;

/** One stack with one bucket, into which the ending cluster writes once more after it was emptied. */
class StackWithLateLogs extends CloudStandIn {
  status = 'UPDATE_COMPLETE';
  objects = ['logs/first.gz'];
  deletions = 0;
  readonly #events: string[] = [];

  protected override answer(action: string | undefined, request: IncomingMessage): CloudAnswer {
    return action === undefined ? this.#bucket(request) : this.#cloud(action);
  }

  #bucket({ method }: IncomingMessage): CloudAnswer {
    if (method === 'POST') {
      this.objects = [];
      return { code: 200, xml: '<DeleteResult/>' };
    }
    const contents = this.objects.map((Key) => `<Contents>${xmlOf({ Key })}</Contents>`);
    return { code: 200, xml: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }

  #cloud(action: string): CloudAnswer {
    const answer = (result: string) => this.ok(action, result);
    switch (action) {
      case 'DescribeStacks':
        return answer(`<Stacks><member>${xmlOf({ StackId: STACK_ID, StackName: 'late', StackStatus: this.status })}
          <Outputs><member><OutputKey>BucketName</OutputKey><OutputValue>late-logs</OutputValue></member></Outputs></member></Stacks>`);
      case 'DescribeStackEvents':
        return answer(`<StackEvents>${this.#events.join('')}</StackEvents>`);
      case 'DeleteStack':
        this.#delete();
        return answer('');
      default:
        return answer('<DBSnapshots/>');
    }
  }

  #delete(): void {
    this.deletions += 1;
    if (this.deletions === 1) this.objects = ['logs/last.gz'];
    if (this.objects.length === 0) {
      this.status = 'DELETE_COMPLETE';
      return;
    }
    this.status = 'DELETE_FAILED';
    // The newest is first.
    this.#events.unshift(
      event(`stack-${this.deletions}`, {
        PhysicalResourceId: STACK_ID,
        LogicalResourceId: 'late',
        ResourceType: 'AWS::CloudFormation::Stack',
        ResourceStatus: 'DELETE_FAILED',
        ResourceStatusReason: 'The following resource(s) failed to delete: [Bucket]. ',
      }),
      event(`bucket-${this.deletions}`, {
        PhysicalResourceId: 'late-logs',
        LogicalResourceId: 'Bucket',
        ResourceType: 'AWS::S3::Bucket',
        ResourceStatus: 'DELETE_FAILED',
        ResourceStatusReason: 'The bucket you tried to delete is not empty',
      }),
    );
  }
}

describe('npm run emr -- down, while the ending cluster writes its last logs (a stand-in)', () => {
  let cloud: StackWithLateLogs;

  beforeEach(() => {
    cloud = new StackWithLateLogs();
  });

  afterEach(() => cloud.close());

  it('empties the bucket once more, and deletes the stack', async () => {
    const { code, stdout, stderr } = await runEntry(
      'emr/main.ts',
      ['down', '--yes', '--stack', 'late'],
      await cloud.listen(),
    );
    expect(stderr).to.contain('the bucket has got new logs in the meantime: once more');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('stack late is gone');
    expect(cloud.deletions).to.equal(2);
    expect(cloud.objects).to.deep.equal([]);
  });
});
