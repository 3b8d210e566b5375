// Columns, DataFrames and requests against what PySpark makes of the same calls; functions-calls.test.ts does so for all functions.
import { expect } from 'chai';
import type { Call } from '../parity/calls/call.ts';
import { columns } from '../parity/calls/columns.ts';
import { ends } from '../parity/calls/ends.ts';
import { frames } from '../parity/calls/frames.ts';
import { comparable } from '../parity/comparable.ts';
import { sentFor } from '../parity/sent.ts';
import { planPySpark } from '../parity/walk.ts';

const VERSION = '4.1.1';
const calls: readonly Call[] = [...columns, ...frames, ...ends];

describe('plans', () => {
  before(function () {
    if ((process.env.SPARK_VERSION ?? VERSION) !== VERSION) this.skip();
  });

  it('are those that PySpark makes, but where it is said why not', async () => {
    const theirs = planPySpark(
      VERSION,
      calls.map(([python]) => python),
    );
    const found = await Promise.all(calls.map((call, i) => surprise(call, theirs[i] ?? null)));
    expect(found.filter((text) => text !== undefined)).to.deep.equal([]);
  });

  async function surprise(call: Call, message: Parameters<typeof comparable>[0]): Promise<string | undefined> {
    const [python, , differs] = call;
    const [ours, theirs] = [comparable(await sentFor(call)), comparable(message)];
    if ((ours === theirs) === (differs === undefined)) return undefined;
    return differs === undefined
      ? `${python}: ${ours} where PySpark sends ${theirs}`
      : `${python} sends the same as PySpark: no longer true that ${differs}`;
  }
});
