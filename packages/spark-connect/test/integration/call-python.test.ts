import { expect } from 'chai';
import { callPython, SparkConnectError, type SparkSession } from '../../src/index.ts';
import { openSession } from '../helpers/spark.ts';

describe('callPython', () => {
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
  });

  after(() => spark?.stop());

  it('runs a function on a worker, with text in and text out', async () => {
    const source = 'import sys\ndef answer(text):\n    return "%d.%d %s" % (*sys.version_info[:2], text[::-1])\n';
    expect(await callPython(spark, { source, name: 'answer', argument: 'hä"llo\n' })).to.match(/^3\.\d+ \noll"äh$/);
  });

  it('rejects with what the function raises', async () => {
    const source = 'def answer(text):\n    raise ValueError("not " + text)\n';
    const failure = await callPython(spark, { source, name: 'answer', argument: 'today' }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(SparkConnectError).and.to.include({ code: 'execution' });
    expect(String(failure)).to.include('ValueError: not today');
  });
});
