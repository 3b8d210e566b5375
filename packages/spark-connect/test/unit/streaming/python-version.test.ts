import { expect } from 'chai';
import { silentLogger } from '../../../src/client/logger.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { withServerPython } from '../../../src/streaming/foreach-batch/python-version.ts';

const server = () => ({ logger: silentLogger });
const failed = (message: string, errorClass?: string) => new SparkConnectError('execution', message, { errorClass });

/** A server of Spark 4.x or 3.5 that has just this Python. */
function serverWith(version: string, refuse: (given: string) => Error) {
  const asked: string[] = [];
  const start = async (given: string) => {
    asked.push(given);
    if (given !== version) throw refuse(given);
    return `started with ${given}`;
  };
  return { asked, start };
}
const mismatch = (version: string) => () =>
  failed(
    `[STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE] Streaming Runner initialization failed, reason: … pyspark.errors.exceptions.base.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has different version: ${version} than that in driver: 3.11, PySpark cannot run with different minor versions.`,
    'STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE',
  );
const silence = () => failed('');

async function rejection(promise: Promise<unknown>): Promise<SparkConnectError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SparkConnectError) return error;
  throw new Error(`no SparkConnectError but ${String(error)}`);
}

describe("the server's Python version", () => {
  it('is taken from the refusal that names it', async () => {
    const { asked, start } = serverWith('3.13', mismatch('3.13'));
    expect(await withServerPython(server(), undefined, start)).to.equal('started with 3.13');
    expect(asked).to.deep.equal(['3.11', '3.13']);
  });

  it('is tried, likeliest first, where the server refuses in silence', async () => {
    const { asked, start } = serverWith('3.10', silence);
    expect(await withServerPython(server(), undefined, start)).to.equal('started with 3.10');
    expect(asked).to.deep.equal(['3.11', '3.12', '3.10']);
  });

  it('is remembered for the session, not for others', async () => {
    const { asked, start } = serverWith('3.12', silence);
    const session = server();
    await withServerPython(session, undefined, start);
    await withServerPython(session, undefined, start);
    await withServerPython(server(), undefined, start);
    expect(asked).to.deep.equal(['3.11', '3.12', '3.12', '3.11', '3.12']);
  });

  it('is taken as given, without another attempt', async () => {
    const { asked, start } = serverWith('3.12', mismatch('3.12'));
    const error = await rejection(withServerPython(server(), '3.9', start));
    expect(error.message).to.include('PYTHON_VERSION_MISMATCH');
    expect(asked).to.deep.equal(['3.9']);
  });

  it('does not exist where every version is refused: the error names what is needed', async () => {
    const error = await rejection(withServerPython(server(), undefined, serverWith('2.7', silence).start));
    expect(error.code).to.equal('unsupported');
    expect(error.message).to.match(/needs Python .*PYSPARK_PYTHON.*3\.11.*3\.14/);
  });

  for (const reason of [
    'Cannot run program "python3": error=2, No such file or directory',
    'Traceback (most recent call last):\n  File "x.py", line 1\nModuleNotFoundError: No module named \'grpc\'',
  ]) {
    it(`is not sought where the server says: ${reason.split('\n').at(-1)}`, async () => {
      const { asked, start } = serverWith('none', () => failed(reason));
      const error = await rejection(withServerPython(server(), undefined, start));
      expect(error.code).to.equal('unsupported');
      expect(error.message).to.include(reason.split('\n').at(-1));
      expect(asked).to.have.length(1);
    });
  }

  it('is asked again where its process did not start in time, and not for ever', async () => {
    const slow = () => failed('Python worker failed to connect back.');
    for (const remembered of [undefined, '3.11']) {
      let attempts = 0;
      const start = async (version: string) => {
        if (++attempts < 5) throw slow();
        return version;
      };
      expect(await withServerPython(server(), remembered, start)).to.equal('3.11');
      const { asked, start: never } = serverWith('none', slow);
      expect((await rejection(withServerPython(server(), remembered, never))).message).to.include('connect back');
      expect(asked).to.deep.equal(Array.from({ length: 5 }, () => '3.11'));
    }
  });

  it('is asked by one start after the other once several at once were too slow', async () => {
    let running = 0;
    const start = async (version: string) => {
      running++;
      await new Promise((resolve) => setImmediate(resolve));
      const isAlone = running === 1;
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (!isAlone) throw failed('Python worker failed to connect back.');
      return version;
    };
    const session = server();
    const many = Array.from({ length: 20 }, () => withServerPython(session, '3.11', start));
    expect(new Set(await Promise.all(many))).to.deep.equal(new Set(['3.11']));
  });

  it('keeps nobody waiting for a turn who gives up', async () => {
    const session = server();
    let attempts = 0;
    const slow = async () => {
      if (attempts++ > 1) return new Promise<string>(() => {});
      throw failed('Python worker failed to connect back.');
    };
    void withServerPython(session, '3.11', slow);
    const giveUp = new AbortController();
    const waiting = rejection(withServerPython(session, '3.11', slow, { signal: giveUp.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    const reason = new SparkConnectError('aborted', 'enough');
    giveUp.abort(reason);
    expect(await waiting).to.equal(reason);
  });

  it('is not sought where the query itself is wrong: that error is passed on as it is', async () => {
    const wrong = new SparkConnectError('analysis', '[TABLE_OR_VIEW_NOT_FOUND] no such table');
    const { asked, start } = serverWith('none', () => wrong);
    expect(await rejection(withServerPython(server(), undefined, start))).to.equal(wrong);
    expect(asked).to.have.length(1);
  });
});
