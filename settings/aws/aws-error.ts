import { codeOf, messageOf, OperatorError } from '../operator-error.ts';

const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
const BAD_CREDENTIALS =
  /^(UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure|MissingAuthenticationToken\w*|IncompleteSignature\w*)$/;
const EXPIRED = /^(ExpiredToken\w*|RequestExpired|TokenRefreshRequired)$/;
const DENIED = /^(AccessDenied\w*|UnauthorizedOperation|AuthorizationError\w*|NotAuthorized|Forbidden|403)$/;
const THROTTLED = /^(Throttling\w*|ThrottledException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/;
const QUOTA = /^(\w*LimitExceeded\w*|ServiceQuotaExceededException|\w*QuotaExceeded\w*|InsufficientInstanceCapacity)$/;
const BROKEN = /^(Internal(?:Server|Service|Failure)\w*|ServiceUnavailable\w*)$/;
const UNREACHABLE = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET']);

/** The IAM action that a refusal of AWS names, e.g. `cloudformation:CreateStack`. */
export function deniedAction(message: string): string | undefined {
  return /not authorized to perform:? `?([\w-]+:\w+)/i.exec(message)?.[1];
}

/** Whether a message of AWS speaks of a quota or of capacity. */
export function speaksOfQuota(message: string): boolean {
  return /quota|limit exceeded|exceeds? (?:your|the) .*limit|limit .*(?:reached|exceeded)|maximum number of|LimitExceeded|insufficient.*capacity|vCPU (?:capacity|limit)/i.test(
    message,
  );
}

/**
 * Turns an error of an AWS client into one line with the next step. What is an OperatorError stays as it is.
 *
 * @param error as the SDK throws it
 * @param doing what was tried, as the rest of "cannot …", e.g. `find RDS instance vitals`
 * @param region the region that was asked
 */
export function awsError(error: unknown, doing: string, region: string | undefined): OperatorError {
  if (error instanceof OperatorError) return error;
  const name = error instanceof Error ? error.name : '';
  const said = messageOf(error);
  const where = region === undefined ? '' : ` in ${region}`;
  const make = (code: string, why: string, next: string, exitCode: 1 | 2 = 1) =>
    new OperatorError(code, `Cannot ${doing}${where}: ${why}`, { cause: error, next, exitCode });
  if (NO_CREDENTIALS.test(name)) {
    return make(
      'AWS_NO_CREDENTIALS',
      'no AWS credentials were found',
      'Sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
      2,
    );
  }
  if (/region (?:is missing|not accepted)/i.test(said)) {
    return make('AWS_NO_REGION', 'no AWS region is set', 'Set AWS_REGION, e.g. AWS_REGION=eu-central-1.', 2);
  }
  if (EXPIRED.test(name)) {
    return make('AWS_CREDENTIALS_EXPIRED', 'the AWS credentials have expired', 'Sign in again (`aws sso login`).');
  }
  if (BAD_CREDENTIALS.test(name)) {
    return make(
      'AWS_BAD_CREDENTIALS',
      `AWS does not accept the credentials (${name})`,
      'Check AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that AWS_REGION is enabled for the account.',
    );
  }
  if (DENIED.test(name) || deniedAction(said) !== undefined) {
    const action = deniedAction(said);
    return make(
      'AWS_ACCESS_DENIED',
      action === undefined ? `AWS denies access (${said})` : `the permission ${action} is missing`,
      action === undefined ? 'Ask for the permission.' : `Ask for ${action}, or use another AWS_PROFILE.`,
    );
  }
  if (THROTTLED.test(name)) {
    return make('AWS_THROTTLED', 'AWS takes no more requests for the moment', 'Try again in a minute.');
  }
  if (QUOTA.test(name) || speaksOfQuota(said)) {
    return make('AWS_QUOTA', said, 'Ask for more in Service Quotas, or choose another region or instance type.');
  }
  if (UNREACHABLE.has(codeOf(error)) || name === 'TimeoutError') {
    return make(
      'AWS_UNREACHABLE',
      `AWS does not answer (${codeOf(error) || said})`,
      'Check AWS_REGION (a region that does not exist has no address), the network, and AWS_ENDPOINT_URL if set.',
    );
  }
  if (BROKEN.test(name)) return make('AWS_UNAVAILABLE', `AWS has failed (${said})`, 'Try again in a minute.');
  return make(
    'AWS_FAILED',
    said,
    'Check what AWS names here, and that AWS_REGION and AWS_PROFILE are those that you mean.',
  );
}
