import type { EMRClient, Session } from '@aws-sdk/client-emr';
import { incomplete, type SessionApi, type SessionStanding } from './session-api.ts';
import { SESSION_TAGS } from './session-name.ts';

/** Sessions of an EMR cluster on EC2 (releases emr-spark-8.0.0 and later, created with SessionEnabled). */
export async function emrSessionApi(
  client: EMRClient,
  { clusterId, role, region }: { clusterId: string; role: string | undefined; region: string | undefined },
): Promise<SessionApi> {
  const emr = await import('@aws-sdk/client-emr');
  return {
    place: `cluster ${clusterId}`,
    region,

    async list(name) {
      const found: Session[] = [];
      for await (const { Sessions } of emr.paginateListSessions({ client }, { ClusterId: clusterId })) {
        found.push(...(Sessions ?? []).filter((session) => session.Name === name));
      }
      const startedAt = ({ CreatedAt }: Session) => CreatedAt?.getTime() ?? 0;
      return found.toSorted((one, other) => startedAt(other) - startedAt(one)).map(standingOf);
    },

    async start({ name, token, idleMinutes }) {
      const answer = await client.send(
        new emr.StartSessionCommand({
          ClusterId: clusterId,
          Name: name,
          ClientRequestToken: token,
          SessionIdleTimeoutInMinutes: idleMinutes,
          Tags: Object.entries(SESSION_TAGS).map(([Key, Value]) => ({ Key, Value })),
          ...(role === undefined ? {} : { ExecutionRoleArn: role }),
        }),
      );
      return answer.Id ?? incomplete('an id');
    },

    async get(id) {
      const { Session: session } = await client.send(
        new emr.GetSessionCommand({ ClusterId: clusterId, SessionId: id }),
      );
      return session ? standingOf(session) : incomplete('a session');
    },

    async endpoint(id) {
      const answer = await client.send(new emr.GetSessionEndpointCommand({ ClusterId: clusterId, SessionId: id }));
      return {
        address: answer.Endpoint ?? incomplete('an endpoint'),
        token: answer.AuthToken ?? incomplete('a token'),
        expiresAt: answer.AuthTokenExpirationTime ?? incomplete('the time at which the token ends'),
      };
    },

    async terminate(id) {
      await client.send(new emr.TerminateSessionCommand({ ClusterId: clusterId, SessionId: id }));
    },
  };
}

function standingOf({ Id, State, StateChangeReason }: Session): SessionStanding {
  return { id: Id ?? '', state: State ?? '', reason: StateChangeReason ?? '' };
}
