import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError, readStackState } from '../../../settings/index.ts';
import type { BenchContext } from '../bench.ts';
import { BenchProcess } from '../child-process.ts';

const HEAP = '4g';
/**
 * HotSpot's own choice of a collector. The stack's serial one, which spares memory, stops a server for 150 ms in every second call of a million
 * rows: a third of the call, on whichever side it falls.
 */
const COLLECTOR = '-XX:-UseSerialGC -XX:+UseG1GC';

/**
 * Lends a Spark Connect server with a large heap, in a stack of its own. A server plans with all rows of a local relation in its memory, and
 * keeps them with the plan: PySpark's do not fit into what the stack's servers have.
 */
export async function withLargeServer<Result>(
  { progress, signal }: BenchContext,
  work: (remote: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-client-'));
  const stackFolder = join(folder, 'stack');
  const environment = {
    INSTANT_HEALTH_STACK_DIR: stackFolder,
    STACK: 'native',
    // HotSpot reads it last, after the flags of the stack.
    _JAVA_OPTIONS: `-Xmx${HEAP} ${COLLECTOR}`,
  };
  const stack = (...args: readonly string[]) => BenchProcess.ofProject('stack', args, { environment });
  const task = progress.task('client server', `starting Spark with a heap of ${HEAP}`);
  try {
    await stack('up', '--only', 'spark', '--jit', 'full').done(signal);
    const remote = readStackState(stackFolder)?.environment.SPARK_REMOTE;
    if (remote === undefined) throw new OperatorError('BENCH_FAILED', 'the server with the large heap has no address');
    task.done(`ready at ${remote}`);
    return await work(remote);
  } finally {
    task.stop();
    // Also where the run was interrupted.
    await stack('down', '--wipe').done(new AbortController().signal);
    await rm(folder, { recursive: true, force: true });
  }
}
