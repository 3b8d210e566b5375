import { once } from 'node:events';
import { createServer, type ServerHttp2Session, type Settings } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel } from '../../../src/client/channel.ts';
import { parseConnectionString } from '../../../src/client/connection-string.ts';
import { ConfigRequestSchema, SparkConnectService } from '../../../src/gen/spark/connect/base_pb.js';
import { until } from '../../helpers/workspace.ts';

const MIB = 1024 * 1024;

describe('the flow of a result', () => {
  it('goes on for a megabyte without a word of ours, in each stream and in all together', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const opened = once(server, 'session') as Promise<[ServerHttp2Session]>;
    const channel = new Channel({ target: parseConnectionString(`sc://127.0.0.1:${port}`), userAgent: 'test' });
    try {
      // Nobody answers it: only the connection that it opens is looked at.
      const call = channel.unary(SparkConnectService.method.config, create(ConfigRequestSchema)).catch(() => undefined);
      const [session] = await opened;
      const [settings] = (await once(session, 'remoteSettings')) as [Settings];
      expect(settings.initialWindowSize).to.equal(MIB);
      await until('room for a megabyte on the connection', () => (session.state.remoteWindowSize ?? 0) >= MIB);
      channel.close();
      await call;
      session.destroy();
    } finally {
      channel.close();
      server.close();
    }
  });
});
