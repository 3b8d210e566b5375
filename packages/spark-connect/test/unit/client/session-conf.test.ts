import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type ConfigCall, SessionConf } from '../../../src/client/session-conf.ts';
import { ConfigResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';

describe('the configuration of a session', () => {
  it('leaves it to the server when a fallback is taken', async () => {
    const asked: unknown[] = [];
    const call: ConfigCall = async ({ opType }) => {
      asked.push(opType.case, opType.case === 'getWithDefault' ? opType.value.pairs[0]?.value : undefined);
      return create(ConfigResponseSchema, { pairs: [{ key: 'k', value: 'as the server says' }] });
    };
    const conf = new SessionConf(call);
    expect(await conf.get('k', 8)).to.equal('as the server says');
    expect(await conf.get('k')).to.equal('as the server says');
    expect(asked).to.deep.equal(['getWithDefault', '8', 'get', undefined]);
  });
});
