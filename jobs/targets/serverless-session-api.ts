import type { EMRServerlessClient, SessionSummary } from '@aws-sdk/client-emr-serverless';
import type { SessionApi } from './session-api.ts';
import { SESSION_TAGS } from './session-name.ts';

/**
 * Sessions of an application of EMR Serverless (emr-7.13.0 and later).
 * @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartSession.html
 */
export async function serverlessSessionApi(
  client: EMRServerlessClient,
  { applicationId, role, region }: { applicationId: string; role: string; region: string | undefined },
): Promise<SessionApi> {
  const serverless = await import('@aws-sdk/client-emr-serverless');
  return {
    place: `application ${applicationId}`,
    region,

    async list(name) {
      const found: SessionSummary[] = [];
      for await (const { sessions } of serverless.paginateListSessions({ client }, { applicationId })) {
        found.push(...(sessions ?? []).filter((session) => session.name === name));
      }
      const startedAt = ({ createdAt }: SessionSummary) => createdAt?.getTime() ?? 0;
      return found
        .toSorted((one, other) => startedAt(other) - startedAt(one))
        .map(({ sessionId = '', state = '', stateDetails = '' }) => ({ id: sessionId, state, reason: stateDetails }));
    },

    async start({ name, token, idleMinutes }) {
      const { sessionId = '' } = await client.send(
        new serverless.StartSessionCommand({
          applicationId,
          name,
          clientToken: token,
          executionRoleArn: role,
          idleTimeoutMinutes: idleMinutes,
          tags: SESSION_TAGS,
        }),
      );
      return sessionId;
    },

    async get(id) {
      const { session } = await client.send(new serverless.GetSessionCommand({ applicationId, sessionId: id }));
      return { id, state: session?.state ?? '', reason: session?.stateDetails ?? '' };
    },

    async endpoint(id) {
      const answer = await client.send(new serverless.GetSessionEndpointCommand({ applicationId, sessionId: id }));
      const { endpoint = '', authToken = '', authTokenExpiresAt = new Date(0) } = answer;
      return { address: endpoint, token: authToken, expiresAt: authTokenExpiresAt };
    },

    async terminate(id) {
      await client.send(new serverless.TerminateSessionCommand({ applicationId, sessionId: id }));
    },
  };
}
