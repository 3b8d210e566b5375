import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { spawnTied } from '../../packages/spark-connect/test/helpers/tied-process.ts';
import { setUpAwsTools } from '../../scripts/setup/aws-tools.ts';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { eventually } from './eventually.ts';
import { closedPort } from './tcp-proxy.ts';

/** AWS as moto imitates it, on a port of its own. It is an emulator: it forgives what AWS would refuse. */
export class AwsEmulator {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<AwsEmulator> {
    const { python } = await setUpAwsTools();
    const port = await closedPort();
    const child = spawnTied(python, ['-W', 'ignore', 'test/helpers/aws-emulator.py', String(port)], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, ...environment },
    });
    const emulator = new AwsEmulator(`http://127.0.0.1:${port}`, child);
    await eventually(
      () =>
        emulator.reset().then(
          () => true,
          () => false,
        ),
      'the emulator of AWS',
    );
    return emulator;
  }

  /** What an AWS tool needs to talk to it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'emulated',
      AWS_SECRET_ACCESS_KEY: 'emulated-secret-key',
      // No file of the user's plays a part.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Forgets everything. */
  async reset(): Promise<void> {
    const answer = await fetch(`${this.url}/moto-api/reset`, { method: 'POST' });
    if (!answer.ok) throw new Error(`the emulator answers ${answer.status}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

/** What a command has printed, and how it ended. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the project's entries to its end, without a terminal. */
export function runEntry(
  entry: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile('node', ['scripts/run.mjs', entry, ...args], { cwd: PROJECT_ROOT, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
  });
}
