import { create, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Command, CommandSchema } from '../../../src/gen/spark/connect/commands_pb.js';
import { RelationSchema } from '../../../src/gen/spark/connect/relations_pb.js';
import type { SessionClient } from '../../../src/index.ts';
import { startStream } from '../../../src/streaming/start-stream.ts';

describe('starting a stream', () => {
  /** A client that notes the command; no server. */
  function noting(version: string) {
    const sent: Command[] = [];
    const client = {
      serverVersion: version,
      runCommand: async (command: Command) => {
        sent.push(command);
        return [];
      },
    } as unknown as SessionClient;
    return { client, sent };
  }
  const specification = { options: {}, partitionBy: [], trigger: { realTime: '500 ms' } } as const;

  it('asks for real time in the field that 4.2 has for it', async () => {
    const { client, sent } = noting('4.2.0');
    await startStream(client, create(RelationSchema), specification).catch(() => undefined);
    const [command] = sent;
    const bytes = Buffer.from(command ? toBinary(CommandSchema, command) : []);
    // Field 100, a text of 6 bytes.
    expect(bytes.includes(Buffer.from([0xa2, 0x06, 6, ...Buffer.from('500 ms')]))).to.equal(true);
  });

  it('does not ask an older server, which would overlook it', async () => {
    const { client, sent } = noting('4.1.1');
    const error = await startStream(client, create(RelationSchema), specification).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the trigger realTime exists from Spark 4.2 on; this server has 4.1.1');
    expect(sent).to.deep.equal([]);
  });
});
