import { type Environment, settingOf } from '../environment.ts';
import { OperatorError } from '../operator-error.ts';

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * The region that the settings name: `AWS_REGION`, else `AWS_DEFAULT_REGION`. Undefined where AWS's own configuration
 * file is to decide.
 *
 * @throws OperatorError `AWS_REGION_INVALID`, exit code 2, for what is no region's name
 */
export function awsRegion(environment: Environment): string | undefined {
  const region = settingOf(environment, 'AWS_REGION') ?? settingOf(environment, 'AWS_DEFAULT_REGION');
  if (region === undefined || REGION.test(region)) return region;
  throw new OperatorError('AWS_REGION_INVALID', `${region} is no AWS region`, {
    exitCode: 2,
    next: 'Set AWS_REGION to one such as eu-central-1.',
  });
}

/** For clients of AWS: the region where one is set, and few retries, since whoever waits shall see why. */
export function awsClientOptions(environment: Environment): { region?: string; maxAttempts: number } {
  const region = awsRegion(environment);
  // It would tell everybody who runs a command that future SDKs want a newer Node: that is ours to know.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return { ...(region === undefined ? {} : { region }), maxAttempts: 4 };
}
