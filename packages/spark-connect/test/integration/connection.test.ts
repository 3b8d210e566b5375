import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { STREAMING_RETRY_POLICY } from '../../src/client/retry-policy.ts';
import { SparkConnectError, SparkSession } from '../../src/index.ts';
import { OwnServer } from '../helpers/own-server.ts';
import { isAtLeast, sparkRemote } from '../helpers/spark.ts';
import { rejection, until, Workspace } from '../helpers/workspace.ts';

const quick = {
  maxRetries: 2,
  initialBackoffMs: 10,
  maxBackoffMs: 20,
  backoffMultiplier: 2,
  jitterMs: 0,
  minJitterThresholdMs: 1_000,
};

describe('a connection to a server', () => {
  const connect = (remote: string, more = {}) =>
    SparkSession.builder()
      .remote(remote)
      .connection({ retryPolicy: quick, ...more })
      .create();

  it("knows the server's version and keeps the session's identity", async () => {
    const spark = await connect(`${sparkRemote()}/;user_id=ada`);
    expect(await spark.version()).to.match(/^\d+\.\d+\.\d+/);
    expect([spark.client.userId, spark.client.address]).to.deep.equal(['ada', sparkRemote().slice('sc://'.length)]);
    await spark.stop();
    expect(await rejection(spark.range(1).count())).to.have.property('code', 'session-closed');
  });

  it('finds nobody at a port where nobody listens', async () => {
    const error = await rejection(connect('sc://127.0.0.1:1'));
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unavailable');
    expect(String(error)).to.include('127.0.0.1:1');
  });

  for (const [what, reply] of [
    ['says nothing', ''],
    ['speaks HTTP/1', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
  ] as const) {
    it(`does not wait for ever for something that ${what}`, async () => {
      const accepted: Socket[] = [];
      const server = createServer((socket) => {
        accepted.push(socket);
        socket.on('error', () => {});
        socket.on('data', () => reply && socket.end(reply));
      });
      const port = await listen(server);
      const started = performance.now();
      const error = await rejection(connect(`sc://127.0.0.1:${port}`, { connectTimeoutMs: 1_000 }));
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unavailable');
      expect(performance.now() - started).to.be.below(8_000);
      // gRPC may leave a connection that never spoke to the other side, and such a one keeps this process alive.
      for (const socket of accepted) socket.destroy();
      server.close();
    });
  }

  it('refuses to send a token in the open to another machine', async () => {
    const error = await rejection(connect('sc://spark.example:15002/;token=s3cret;use_ssl=false'));
    expect(error).to.have.property('code', 'invalid-connection-string');
    expect(String(error)).not.to.include('s3cret');
  });
});

describe('a server that crashes', () => {
  let server: OwnServer;
  let workspace: Workspace;

  before(async () => {
    [server, workspace] = await Promise.all([OwnServer.start(), Workspace.create()]);
  });
  after(async () => {
    await server.remove();
    await workspace.remove();
  });

  it('ends every wait of a streaming driver within the time of its policy, and tells a session that it is another one', async () => {
    // Less than two seconds; the default's half minute is the same for longer.
    const streamingRetryPolicy = { ...STREAMING_RETRY_POLICY, maxRetries: 5 };
    const spark = await SparkSession.builder().remote(server.remote).connection({ streamingRetryPolicy }).create();
    await workspace.writeJson('in', [{ id: 1 }]);
    const old = await isAtLeast(spark, '4.0').then((isNew) => !isNew);
    let signalled = false;
    let begun = false;
    const handled = await spark.readStream
      .schema('id INT')
      .json(workspace.url('in'))
      .writeStream.option('checkpointLocation', workspace.url('checkpoint'))
      .foreachBatch(async (_batch, _id, { signal }) => {
        begun = true;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signalled = true;
      })
      .start();
    const plain = await spark.readStream.format('rate').load().writeStream.format('noop').start();
    await until('the handler', () => begun);

    const waits = [handled, plain].map((query) => rejection(query.awaitTermination()));
    const killedAt = performance.now();
    await server.kill();
    for (const error of await Promise.all(waits)) {
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unavailable');
    }
    expect(performance.now() - killedAt).to.be.below(20_000);
    expect(signalled).to.equal(true);

    await server.start();
    // Spark 3.5 does not tell its clients one server from the next: there the session is silently a new one.
    if (old) expect(await spark.range(3).count()).to.equal(3);
    else {
      const error = await rejection(spark.range(3).count());
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'session-closed');
      expect(String(error)).to.match(/restarted/);
    }
    await spark.stop();
    const next = await SparkSession.builder().remote(server.remote).create();
    expect(await next.range(3).count()).to.equal(3);
    await next.stop();
  });

  it('ends a result that is being read, with its session: the next one is new', async () => {
    const builder = SparkSession.builder().remote(server.remote);
    const spark = await builder.getOrCreate();
    // More than the server and the line hold for a reader that waits.
    const rows = spark.range(2_000_000).selectExpr('id', "repeat('x', 50) AS text").toBatches();
    expect((await rows.next()).done).to.equal(false);
    await server.kill();
    await server.start();
    const error = await rejection(readOn(rows));
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'session-closed');
    expect((error as SparkConnectError).errorClass).to.match(/^INVALID_HANDLE\.SESSION_/);
    expect(spark.isStopped).to.equal(true);
    const next = await builder.getOrCreate();
    expect(next).not.to.equal(spark);
    expect(await next.range(3).count()).to.equal(3);
    await next.stop();
    spark.disconnect();
  });
});

async function readOn(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
