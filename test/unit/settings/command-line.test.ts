import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const entry = fileURLToPath(new URL('../../../settings/index.ts', import.meta.url));

/** Runs a main function in a process of its own: signals and exit codes have no smaller stage. */
function start(main: string, environment: Record<string, string> = {}): ChildProcess {
  const script = `import { command, OperatorError, runCommand } from ${JSON.stringify(entry)};\nawait runCommand(${main});`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { ...process.env, DEBUG: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess) {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

const WAITS = `async (signal) => {
  const beat = setInterval(() => {}, 1000);
  process.stdout.write('ready\\n');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  process.stdout.write('closing\\n');
  FINISH
}`;

describe('runCommand', () => {
  it('ends with 0 although a timer is left, and with all of its output', async () => {
    const child = start(`async () => { setInterval(() => {}, 1000); process.stdout.write('x'.repeat(300000)); }`);
    const { code, stdout } = await ended(child);
    expect(code).to.equal(0);
    expect(stdout).to.have.length(300_000);
  });

  it('prints an operator error as one line and the next step', async () => {
    const throwing = `async () => { throw new OperatorError('X', 'KAFKA_BROKERS is not set', { exitCode: 2, next: 'Set it.' }); }`;
    expect(await ended(start(throwing))).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'error: KAFKA_BROKERS is not set\n  Set it.\n',
    });
  });

  it('shows the stack of other errors only where DEBUG is set', async () => {
    const throwing = `async () => { throw new TypeError('broken', { cause: new Error('deeper') }); }`;
    const quiet = await ended(start(throwing));
    expect(quiet.code).to.equal(1);
    expect(quiet.stderr)
      .to.include('error: broken')
      .and.not.match(/\n\s+at /);
    const loud = await ended(start(throwing, { DEBUG: '1' }));
    expect(loud.stderr)
      .to.match(/\n\s+at /)
      .and.include('caused by: Error: deeper');
  });

  it('ends with 2 on bad usage and 0 on --help', async () => {
    const parsing = (args: string) =>
      `async () => { await command('x', 'd').option('--known').parseAsync(${args}, { from: 'user' }); }`;
    const wrong = await ended(start(parsing(`['--unknown']`)));
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.include('--unknown').and.not.include('DEBUG');
    const help = await ended(start(parsing(`['--help']`)));
    expect(help).to.include({ code: 0 });
    expect(help.stdout).to.include('--known');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`lets the command close on ${signal} and ends with 130`, async () => {
      const child = start(WAITS.replace('FINISH', 'clearInterval(beat);'));
      child.stdout?.once('data', () => child.kill(signal));
      const { code, stdout } = await ended(child);
      expect(stdout).to.equal('ready\nclosing\n');
      expect(code).to.equal(130);
    });
  }

  it('ends at once on the second Ctrl-C', async () => {
    const child = start(WAITS.replace('FINISH', 'await new Promise(() => {});'));
    let pressing: NodeJS.Timeout | undefined;
    child.stdout?.once('data', () => {
      pressing = setInterval(() => child.kill('SIGINT'), 100);
    });
    expect(await ended(child)).to.include({ code: 130 });
    clearInterval(pressing);
  });

  it('takes the echo of a signal, through the parents of the process, for the same wish', async () => {
    const child = start(WAITS.replace('FINISH', 'process.stdout.write("closed\\n"); clearInterval(beat);'));
    child.stdout?.on('data', (text: Buffer) => {
      if (!text.includes('closed')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended(child);
    expect(stdout).to.equal('ready\nclosing\nclosed\n');
    expect(code).to.equal(130);
  });

  it('closes in good order when the reader of its output goes away', async () => {
    const child = start(`async (signal) => {
      const timer = setInterval(() => process.stdout.write('line\\n'), 5);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      clearInterval(timer);
      process.stderr.write('closed in good order\\n');
    }`);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code] = await once(child, 'exit');
    expect(code).to.equal(130);
    expect(stderr).to.equal('closed in good order\n');
  });
});
