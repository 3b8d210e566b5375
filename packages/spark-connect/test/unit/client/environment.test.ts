import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { expect } from 'chai';
import { SessionClient } from '../../../src/client/session-client.ts';
import { FakeServer } from './fake-server.ts';

const NAMES = ['SPARK_CONNECT_AUTHENTICATE_TOKEN', 'SPARK_USER', 'USER'] as const;

describe('the environment', () => {
  const given = NAMES.map((name) => [name, process.env[name]] as const);
  const { userInfo } = os;
  let server: FakeServer;
  let client: SessionClient | undefined;

  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  const systemUser = (known: typeof userInfo) => {
    os.userInfo = known;
    syncBuiltinESMExports();
  };
  const connect = async (remote = server.address, more = {}) => {
    client?.disconnect();
    client = await SessionClient.connect({ remote, ...more });
    return client;
  };

  beforeEach(async () => {
    server = await FakeServer.start();
    for (const name of NAMES) set(name, undefined);
  });
  afterEach(() => {
    for (const [name, value] of given) set(name, value);
    systemUser(userInfo);
    client?.disconnect();
    server.stop();
  });

  it('has the token of an address without one', async () => {
    const port = server.address.slice(server.address.lastIndexOf(':') + 1);
    process.env.SPARK_CONNECT_AUTHENTICATE_TOKEN = 'from-there';
    await connect(`sc://localhost:${port}`);
    expect(server.authorization).to.equal('Bearer from-there');
  });

  it('does not have its token sent over an open line to another machine', async () => {
    process.env.SPARK_CONNECT_AUTHENTICATE_TOKEN = 'from-there';
    const error = await connect('sc://192.0.2.1/;use_ssl=false').catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'invalid-connection-string' });
    expect(String(error)).to.include('SPARK_CONNECT_AUTHENTICATE_TOKEN').and.not.include('from-there');
  });

  it('names the user where nothing else does: SPARK_USER, then USER, then the operating system', async () => {
    systemUser((() => ({ username: 'system' })) as typeof userInfo);
    expect((await connect()).userId).to.equal('system');
    process.env.USER = 'user';
    expect((await connect()).userId).to.equal('user');
    process.env.SPARK_USER = 'spark-user';
    expect((await connect()).userId).to.equal('spark-user');
    expect((await connect(`${server.address}/;user_id=ada`)).userId).to.equal('ada');
    expect((await connect(server.address, { userId: 'bea' })).userId).to.equal('bea');
  });

  it('may name no user, as in a container', async () => {
    systemUser(() => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT');
    });
    expect((await connect()).userId).to.equal('');
  });
});
