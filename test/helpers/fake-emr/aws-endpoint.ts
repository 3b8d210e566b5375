// A FAKE of AWS's HTTP endpoint for EMR (AWS JSON 1.1) and EMR Serverless (REST), see account.ts.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FakeAccount, FakeApplication, FakeFailure, FakeSession } from './account.ts';

type Input = Readonly<Record<string, unknown>>;

/** A refusal in the form of both protocols. */
class Refusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor({ type, message, status = 400 }: Pick<FakeFailure, 'type' | 'message' | 'status'>) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export async function startAwsEndpoint(account: FakeAccount): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
      response.end(JSON.stringify(body));
    };
    text(request)
      .then((body) => handle(account, request, body === '' ? {} : (JSON.parse(body) as Input)))
      .then((body) => answer(200, body))
      .catch((error: unknown) => {
        const { type, status, message } = error instanceof Refusal ? error : failureOf(error);
        answer(status, { __type: type, message }, { 'x-amzn-errortype': type });
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function failureOf(error: unknown): Refusal {
  return new Refusal({ type: 'InternalServerException', message: String(error), status: 500 });
}

function handle(account: FakeAccount, request: IncomingMessage, input: Input): unknown {
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''))
    throw new Refusal({ type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' });
  const target = request.headers['x-amz-target'];
  const url = new URL(request.url ?? '/', 'http://fake');
  const application = /^\/applications\/(\w+)$/.exec(url.pathname);
  const rest = /^\/applications\/(\w+)\/sessions(?:\/([\w-]+))?(\/endpoint)?$/.exec(url.pathname);
  if (typeof target === 'string') return emr(account, target.replace(/^.*\./, ''), input);
  if (application) {
    called(account, 'GetApplication');
    return { application: knownApplication(account, application[1]) };
  }
  if (rest) return serverless(account, request.method ?? '', rest, input);
  throw new Refusal({ type: 'UnknownOperationException', message: `no ${request.method} ${url.pathname}` });
}

function called(account: FakeAccount, action: string): void {
  const failure = account.called(action);
  if (failure) throw new Refusal(failure);
}

function emr(account: FakeAccount, action: string, input: Input): unknown {
  called(account, action);
  const place = String(input.ClusterId ?? '');
  const shown = (session: FakeSession) => ({
    Id: session.id,
    ClusterId: session.place,
    Name: session.name,
    Arn: `arn:aws:elasticmapreduce:eu-central-1:123456789012:cluster/${session.place}/session/${session.id}`,
    State: account.find(session.id)?.state,
    StateChangeReason: session.reason,
    CreatedAt: session.createdAt / 1_000,
  });
  const known = () => knownSession(account, place, String(input.SessionId));
  const actions: Record<string, () => unknown> = {
    ListClusters: () => ({
      Clusters: account.clusters.filter(({ Status }) =>
        ((input.ClusterStates as string[] | undefined) ?? [Status.State]).includes(Status.State),
      ),
    }),
    DescribeCluster: () => ({
      Cluster: account.clusters.find(({ Id }) => Id === place) ?? refuse(`Cluster id '${place}' is not valid.`),
    }),
    ListInstances: () => ({ Instances: [{ Id: 'ci-1', Ec2InstanceId: 'i-0123456789abcdef0' }] }),
    ListSessions: () => ({ Sessions: account.sessions.filter((session) => session.place === place).map(shown) }),
    StartSession: () => {
      const cluster = account.clusters.find(({ Id }) => Id === place);
      if (!cluster?.SessionEnabled) refuse('Sessions are not enabled on the cluster.');
      const { id } = account.start({
        place,
        name: String(input.Name),
        requestToken: String(input.ClientRequestToken),
        tags: input.Tags,
        role: input.ExecutionRoleArn as string | undefined,
      });
      return { Id: id, ClusterId: place };
    },
    GetSession: () => ({ Session: shown(known()) }),
    GetSessionEndpoint: () => {
      const { token, until } = account.handOut(known().id);
      return { Endpoint: account.endpoint, AuthToken: token, AuthTokenExpirationTime: until / 1_000 };
    },
    TerminateSession: () => {
      account.end(known().id, 'ended by its user');
      return { ClusterId: place, SessionId: input.SessionId, State: 'TERMINATING' };
    },
  };
  return actions[action]?.() ?? refuse(`the fake has no ${action}`);
}

function serverless(
  account: FakeAccount,
  method: string,
  [, place = '', id, endpoint]: string[],
  input: Input,
): unknown {
  const shown = (session: FakeSession) => ({
    applicationId: session.place,
    sessionId: session.id,
    name: session.name,
    state: account.find(session.id)?.state,
    stateDetails: session.reason,
    createdAt: session.createdAt / 1_000,
  });
  knownApplication(account, place);
  if (id === undefined) {
    called(account, method === 'POST' ? 'StartSession' : 'ListSessions');
    if (method === 'GET') return { sessions: account.sessions.filter((session) => session.place === place).map(shown) };
    const session = account.start({
      place,
      name: String(input.name),
      requestToken: String(input.clientToken),
      tags: input.tags,
      role: input.executionRoleArn as string | undefined,
    });
    return { applicationId: place, sessionId: session.id, arn: 'arn:fake' };
  }
  const session = knownSession(account, place, id);
  if (method === 'DELETE') {
    called(account, 'TerminateSession');
    account.end(id, 'ended by its user');
    return { applicationId: place, sessionId: id };
  }
  if (endpoint === undefined) {
    called(account, 'GetSession');
    return { session: shown(session) };
  }
  called(account, 'GetSessionEndpoint');
  const { token, until } = account.handOut(id);
  return {
    applicationId: place,
    sessionId: id,
    endpoint: account.endpoint,
    authToken: token,
    authTokenExpiresAt: until / 1_000,
  };
}

function knownApplication(account: FakeAccount, id: string | undefined): FakeApplication {
  const application = account.applications.find(({ applicationId }) => applicationId === id);
  if (application) return application;
  throw new Refusal({
    type: 'ResourceNotFoundException',
    message: `Application ${id} does not exist`,
    status: 404,
  });
}

function knownSession(account: FakeAccount, place: string, id: string): FakeSession {
  const session = account.find(id);
  return session?.place === place ? session : refuse(`Session ${id} does not exist.`);
}

function refuse(message: string): never {
  throw new Refusal({ type: 'InvalidRequestException', message });
}
