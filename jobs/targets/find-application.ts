import type { Application, EMRServerlessClient } from '@aws-sdk/client-emr-serverless';
import { OperatorError } from '../../settings/index.ts';

/** Spark Connect sessions came with emr-7.13.0. */
const FIRST_RELEASE = { major: 7, minor: 13 };
/** From all others it starts by itself, if it may. */
const LIVING = new Set(['STARTED', 'STARTING']);

/**
 * Finds an application of EMR Serverless.
 *
 * @throws OperatorError `APPLICATION_MISSING`, exit code 2; what else AWS reports, as it comes
 */
export async function findApplication(client: EMRServerlessClient, applicationId: string): Promise<Application> {
  const { GetApplicationCommand } = await import('@aws-sdk/client-emr-serverless');
  try {
    const { application } = await client.send(new GetApplicationCommand({ applicationId }));
    if (application) return application;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
  }
  throw new OperatorError(
    'APPLICATION_MISSING',
    `there is no application ${applicationId} in this account and region`,
    {
      exitCode: 2,
      next: 'Check --application, AWS_REGION and AWS_PROFILE; `aws emr-serverless list-applications` shows them.',
    },
  );
}

/**
 * Makes sure that an application gives out sessions.
 *
 * @throws OperatorError `APPLICATION_UNFIT` or `APPLICATION_NOT_READY` that names what is in the way
 */
export function requireSessions(id: string, application: Application): void {
  const { releaseLabel = '', state = '', autoStartConfiguration, interactiveConfiguration } = application;
  const unfit = (why: string, next: string) =>
    new OperatorError('APPLICATION_UNFIT', `application ${id} ${why}`, { exitCode: 2, next });
  if (isTooOld(releaseLabel)) {
    throw unfit(`has release ${releaseLabel}; sessions need emr-7.13.0 or later`, 'Create one with a newer release.');
  }
  if (interactiveConfiguration?.sessionEnabled !== true) {
    throw unfit(
      'does not have sessions enabled',
      `Stop it, then \`aws emr-serverless update-application --application-id ${id} --interactive-configuration sessionEnabled=true\`.`,
    );
  }
  if (LIVING.has(state) || (state !== 'TERMINATED' && autoStartConfiguration?.enabled !== false)) return;
  throw new OperatorError('APPLICATION_NOT_READY', `application ${id} is ${state}, not STARTED`, {
    next:
      state === 'TERMINATED'
        ? 'It will not come back: create another one.'
        : `It does not start by itself: \`aws emr-serverless start-application --application-id ${id}\`.`,
  });
}

function isTooOld(release: string): boolean {
  const [, major, minor] = /^emr-(\d+)\.(\d+)\./.exec(release) ?? [];
  if (major === undefined) return false;
  return (
    Number(major) < FIRST_RELEASE.major ||
    (Number(major) === FIRST_RELEASE.major && Number(minor) < FIRST_RELEASE.minor)
  );
}
