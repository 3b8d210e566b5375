import { expect } from 'chai';
import { stackFailure } from '../../../emr/follow-stack.ts';

/** What CloudFormation says of a resource, and the next step that we tell. */
const CASES: [string, RegExp][] = [
  [
    'User: arn:aws:iam::1:user/a is not authorized to perform: ec2:CreateNatGateway on resource: x',
    /^Ask for the permission ec2:CreateNatGateway/,
  ],
  ['The maximum number of VPCs has been reached. (Service: Ec2, Status Code: 400)', /VpcId=….*SubnetIds=…/],
  [
    'You have requested more vCPU capacity than your current vCPU limit of 16 allows',
    /^Ask for more in Service Quotas/,
  ],
  ['Action denied by stack policy: Statement [#2] does not allow [Update:Replace]', /--allow-replacement/],
  ['Encountered unsupported property SessionEnabled', /status.*down/],
];

describe('a stack that failed', () => {
  for (const [reason, next] of CASES) {
    it(reason.slice(0, 70), () => {
      const failure = stackFailure('instant-health', {
        status: 'ROLLBACK_COMPLETE',
        stack: undefined,
        failures: [
          { LogicalResourceId: 'Cluster', ResourceStatusReason: reason },
          { LogicalResourceId: 'Later', ResourceStatusReason: 'because of the first' },
        ] as never,
      });
      expect(failure.message).to.equal(`Stack instant-health is ROLLBACK_COMPLETE: Cluster: ${reason}`);
      expect(failure.next).to.match(next);
    });
  }
});
