// The emulator deletes a bucket whatever is in it, and a stack at once. A stand-in does as CloudFormation does: it refuses, and
// says so twice, of the bucket and of the stack.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { runEntry } from '../../helpers/aws-emulator.ts';

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:1:stack/late/1';

const xmlOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

const event = (EventId: string, fields: Readonly<Record<string, string>>) =>
  `<member>${xmlOf({ StackId: STACK_ID, EventId, ...fields, Timestamp: '2026-01-05T08:00:00Z' })}</member>`;

/** One stack with one bucket, into which the ending cluster writes once more after it was emptied. */
class StackWithLateLogs {
  status = 'UPDATE_COMPLETE';
  objects = ['logs/first.gz'];
  deletions = 0;
  readonly #events: string[] = [];
  readonly #server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const action = new URLSearchParams(body).get('Action');
    const { code, xml } = action === null ? this.#bucket(request) : this.#cloud(action);
    response.writeHead(code, { 'content-type': 'text/xml' }).end(xml);
  });

  async listen(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'emulated',
      AWS_SECRET_ACCESS_KEY: 'emulated-secret-key',
    };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #bucket({ method }: IncomingMessage): { code: number; xml: string } {
    if (method === 'POST') {
      this.objects = [];
      return { code: 200, xml: '<DeleteResult/>' };
    }
    const contents = this.objects.map((Key) => `<Contents>${xmlOf({ Key })}</Contents>`);
    return { code: 200, xml: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }

  #cloud(action: string): { code: number; xml: string } {
    const answer = (result: string) => ({
      code: 200,
      xml: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
    });
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
