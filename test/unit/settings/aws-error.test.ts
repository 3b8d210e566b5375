import { expect } from 'chai';
import { awsClientOptions, awsError, awsRegion, deniedAction } from '../../../settings/index.ts';

/** As the SDK throws them: the service's code is the error's name. */
function thrown(name: string, message = 'said by AWS', code?: string): Error {
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}

describe('errors of AWS', () => {
  const cases: [Error, string, RegExp, RegExp][] = [
    [thrown('CredentialsProviderError'), 'AWS_NO_CREDENTIALS', /no AWS credentials/, /AWS_PROFILE/],
    [thrown('Error', 'Region is missing'), 'AWS_NO_REGION', /no AWS region/, /AWS_REGION/],
    [thrown('ExpiredTokenException'), 'AWS_CREDENTIALS_EXPIRED', /expired/, /Sign in again/],
    [thrown('ExpiredToken'), 'AWS_CREDENTIALS_EXPIRED', /expired/, /Sign in again/],
    [thrown('UnrecognizedClientException'), 'AWS_BAD_CREDENTIALS', /does not accept/, /AWS_REGION is enabled/],
    [thrown('InvalidClientTokenId'), 'AWS_BAD_CREDENTIALS', /does not accept/, /AWS_PROFILE/],
    [
      thrown('AccessDenied', 'User: arn:aws:iam::1:user/a is not authorized to perform: rds:DescribeDBInstances on x'),
      'AWS_ACCESS_DENIED',
      /the permission rds:DescribeDBInstances is missing/,
      /Ask for rds:DescribeDBInstances/,
    ],
    [thrown('AccessDeniedException', 'no'), 'AWS_ACCESS_DENIED', /denies access \(no\)/, /Ask/],
    [thrown('ThrottlingException'), 'AWS_THROTTLED', /no more requests/, /minute/],
    [thrown('Throttling'), 'AWS_THROTTLED', /no more requests/, /minute/],
    [thrown('LimitExceededException', 'at most 5'), 'AWS_QUOTA', /at most 5/, /Service Quotas/],
    [thrown('Error', 'getaddrinfo', 'ENOTFOUND'), 'AWS_UNREACHABLE', /ENOTFOUND/, /AWS_REGION/],
    [thrown('InternalServerException', 'oops'), 'AWS_UNAVAILABLE', /AWS has failed \(oops\)/, /minute/],
    [thrown('ValidationError', 'Bad\n name'), 'AWS_FAILED', /: Bad name$/, /Check what AWS names/],
  ];
  for (const [error, code, message, next] of cases) {
    it(`${error.name}: ${error.message.slice(0, 60)}`, () => {
      const translated = awsError(error, 'find it', 'eu-central-1');
      expect(translated.code).to.equal(code);
      expect(translated.message)
        .to.match(/^Cannot find it in eu-central-1: /)
        .and.to.match(message);
      expect(String(translated.next)).to.match(next);
      expect(translated.cause).to.equal(error);
      expect(awsError(translated, 'again', undefined)).to.equal(translated);
    });
  }

  it('name the action that is missing', () => {
    expect(deniedAction('is not authorized to perform: kafka-cluster:Connect on resource')).to.equal(
      'kafka-cluster:Connect',
    );
    expect(deniedAction('something else')).to.equal(undefined);
  });
});

describe('the region', () => {
  it('is AWS_REGION, else AWS_DEFAULT_REGION, else left to AWS', () => {
    expect(awsRegion({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' })).to.equal('eu-west-1');
    expect(awsRegion({ AWS_DEFAULT_REGION: 'us-gov-west-1' })).to.equal('us-gov-west-1');
    expect(awsClientOptions({})).not.to.have.property('region');
  });

  it('is refused when it is none', () => {
    expect(() => awsRegion({ AWS_REGION: 'Frankfurt' })).to.throw(/Frankfurt is no AWS region/);
  });
});
