import type { EMRServerlessClient, SessionSummary } from '@aws-sdk/client-emr-serverless';
import { incomplete, type SessionApi } from './session-api.ts';
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
      const { sessionId = incomplete('an id') } = await client.send(
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
      const answer = await client.send(new serverless.GetSessionCommand({ applicationId, sessionId: id }));
      const { state = '', stateDetails = '' } = answer.session ?? incomplete('a session');
      return { id, state, reason: stateDetails };
    },

    async endpoint(id) {
      const answer = await client.send(new serverless.GetSessionEndpointCommand({ applicationId, sessionId: id }));
      return {
        address: answer.endpoint ?? incomplete('an endpoint'),
        token: answer.authToken ?? incomplete('a token'),
        expiresAt: answer.authTokenExpiresAt ?? incomplete('the time at which the token ends'),
      };
    },

    async terminate(id) {
      await client.send(new serverless.TerminateSessionCommand({ applicationId, sessionId: id }));
    },
  };
}
