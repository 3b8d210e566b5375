import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SetUpError } from './set-up-error.ts';

const SHOWN_LINES = 25;

export interface ToolCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Written to the tool's standard input, which is then closed. */
  readonly input?: string;
  /** How many of the last lines a failure's message shows. */
  readonly keepLines?: number;
  /** Called with every line of either output. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a tool to its end and resolves to its standard output.
 *
 * @throws SetUpError when it cannot be started or fails; the message ends with its last lines of output
 */
export async function runTool(call: ToolCall): Promise<string> {
  const { file, args, cwd, env, signal, input, keepLines = SHOWN_LINES, onLine } = call;
  signal?.throwIfAborted();
  const output: string[] = [];
  const tail: string[] = [];
  const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const abort = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });

  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > keepLines) tail.shift();
    onLine?.(line);
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line);
    keep(line);
  });
  createInterface({ input: child.stderr }).on('line', keep);
  // A tool that ends without reading its input closes the pipe; its exit code tells what matters.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');

  try {
    const outcome = await new Promise<{ code: number | null; name: NodeJS.Signals | null }>((resolve, reject) => {
      child.on('error', (cause) => reject(new SetUpError(`${file} cannot be started: ${cause.message}`, { cause })));
      child.on('close', (code, name) => resolve({ code, name }));
    });
    signal?.throwIfAborted();
    if (outcome.code !== 0) {
      const why = outcome.name === null ? `ended with code ${outcome.code}` : `was ended by ${outcome.name}`;
      throw new SetUpError(`${[file, ...args.slice(0, 3)].join(' ')} ${why}:\n${tail.join('\n')}`);
    }
    return output.join('\n');
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Like runTool, but undefined when the tool is missing or fails: for asking what a machine has. */
export async function tryTool(call: ToolCall): Promise<string | undefined> {
  try {
    return await runTool(call);
  } catch (error) {
    if (error instanceof SetUpError) return undefined;
    throw error;
  }
}
