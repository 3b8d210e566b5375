import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { SparkSession } from '../../../src/index.ts';
import { FakeServer } from '../client/fake-server.ts';
import { serviceError } from '../client/service-error.ts';

describe('SparkSession.builder()', () => {
  let server: FakeServer;
  const opened = new Set<SparkSession>();
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(() => {
    for (const session of opened) session.disconnect();
    opened.clear();
    server.stop();
  });

  const builder = () => SparkSession.builder().remote(server.address);
  async function noted(opening: Promise<SparkSession>): Promise<SparkSession> {
    const session = await opening;
    opened.add(session);
    return session;
  }
  const getOrCreate = () => noted(builder().getOrCreate());
  const create = () => noted(builder().create());
  const active = () => SparkSession.getActiveSession();
  /** The server says that it has restarted. */
  async function lose(session: SparkSession): Promise<void> {
    server.configFailures.push(
      serviceError(status.INTERNAL, '[INVALID_HANDLE.SESSION_CHANGED] The handle is invalid.'),
    );
    await session.conf.get('any').catch(() => {});
    expect(session.isStopped).to.equal(true);
  }

  it('makes one session for all who ask at the same time, also after the one before was lost', async () => {
    const [first, same] = await Promise.all([getOrCreate(), getOrCreate()]);
    expect(same).to.equal(first);
    await lose(first);
    const [second, ...others] = await Promise.all([getOrCreate(), getOrCreate(), getOrCreate()]);
    expect(second).not.to.equal(first);
    expect(others).to.deep.equal([second, second]);
    expect(await getOrCreate()).to.equal(second);
  });

  it('makes a new one where the one before has been left', async () => {
    const first = await getOrCreate();
    first.disconnect();
    expect(await getOrCreate()).not.to.equal(first);
  });

  it('gives the active session: the one given last, of those that are open', async () => {
    const known = await getOrCreate();
    const created = await create();
    expect(active()).to.equal(created);
    expect(await getOrCreate()).to.equal(known);
    expect(active()).to.equal(known);
    const last = await create();
    expect(SparkSession.active()).to.equal(last);
    await last.stop();
    expect(SparkSession.active()).to.equal(known);
    await lose(known);
    expect(SparkSession.active()).to.equal(created);
    created.disconnect();
    expect(active()).to.equal(undefined);
    expect(() => SparkSession.active()).to.throw('no session is open');
  });

  it('does not take a session for active whose settings were refused', async () => {
    const before = await create();
    server.configFailures.push(serviceError(status.INVALID_ARGUMENT, 'no such setting'));
    const error = await builder()
      .config('a', 1)
      .create()
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect(active()).to.equal(before);
  });
});
