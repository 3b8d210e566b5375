import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { isAlive, markedProcesses, type ProcessIdentity, stopProcesses } from '../../../scripts/stack/process.ts';
import { PROJECT_ROOT, readStackState } from '../../../settings/index.ts';

/** Through the same door as a user, on a stack of its own with the lightest services. */
describe('npm run stack', () => {
  const directory = mkdtempSync(join(tmpdir(), 'instant-health-stack-'));
  // A process environment with another stack's addresses in it must not matter.
  const env = { ...process.env, STACK: 'native', INSTANT_HEALTH_STACK_DIR: directory };
  const runner = join(PROJECT_ROOT, 'scripts', 'run.mjs');

  const stack = async (...args: string[]) => {
    const call = promisify(execFile)(process.execPath, [runner, 'scripts/stack/main.ts', ...args], { env });
    return await call.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code: Number(code), stdout: String(stdout), stderr: String(stderr) }),
    );
  };
  const begin = (...args: string[]) =>
    spawn(process.execPath, [runner, 'scripts/stack/main.ts', ...args], { env, stdio: 'ignore' });
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      if (child.exitCode !== null) resolve(child.exitCode);
      child.once('exit', resolve);
    });
  const until = async (condition: () => boolean) => {
    while (!condition()) await delay(20);
  };
  const recorded = (service: string) => readStackState(directory)?.services[service];

  after(async () => {
    await stopProcesses(markedProcesses(directory), 5000);
    rmSync(directory, { recursive: true, force: true });
  });

  it('starts the asked services, answers for them, and starts nothing twice', async () => {
    const up = await stack('up', '--only', 'maildev');
    expect(up.stderr).to.include('[maildev] ready on 127.0.0.1:');
    expect(up.code).to.equal(0);
    const first = recorded('maildev');
    expect(isAlive(first)).to.equal(true);
    const page = await fetch(`http://127.0.0.1:${first?.ports.web}/api/healthz`);
    expect(page.ok).to.equal(true);

    expect((await stack('up', '--only', 'maildev')).code).to.equal(0);
    expect(recorded('maildev')?.pid).to.equal(first?.pid);
  });

  it('starts Kafka also where its random id begins with a dash', async () => {
    const own = mkdtempSync(join(tmpdir(), 'instant-health-stack-dash-'));
    const secrets = { databaseRootPassword: 'r', databasePassword: 'p', kafkaClusterId: '-dash-dash-dash-dash-d' };
    writeFileSync(join(own, 'secrets.json'), JSON.stringify(secrets));
    const withOwn = { env: { ...env, INSTANT_HEALTH_STACK_DIR: own } };
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [runner, 'scripts/stack/main.ts', ...args], withOwn);
    try {
      await run('up', '--only', 'kafka');
      expect(readFileSync(join(own, 'data', 'kafka', 'logs', 'meta.properties'), 'utf8')).to.include(
        secrets.kafkaClusterId,
      );
    } finally {
      await run('down', '--wipe');
      rmSync(own, { recursive: true, force: true });
    }
  });

  it('starts MariaDB in a folder whose path has a space, where HDFS is refused before anything is started', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'instant-health stack-'));
    const withOwn = { env: { ...env, INSTANT_HEALTH_STACK_DIR: join(parent, 'my stack') } };
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [runner, 'scripts/stack/main.ts', ...args], withOwn);
    try {
      const refused = await run('up').catch((error) => error);
      expect(refused).to.include({ code: 2 });
      expect(refused.stderr).to.include('has a space in its path, which HDFS cannot take');
      expect(refused.stderr).to.include('Set INSTANT_HEALTH_STACK_DIR').and.not.include('starting');
      expect((await run('up', '--only', 'mariadb')).stdout).to.match(/^mariadb +ready/m);
    } finally {
      await run('down', '--wipe');
      rmSync(parent, { recursive: true, force: true });
    }
  });

  it('reports a service that died, and brings back only that one', async () => {
    const before = recorded('maildev');
    if (!isAlive(before)) throw new Error('maildev should be up');
    process.kill(before.pid, 'SIGKILL');
    await until(() => !isAlive(before));
    const status = await stack('status', '--json');
    expect(status.code).to.equal(1);
    const [service] = JSON.parse(status.stdout).services;
    expect(service).to.deep.include({ name: 'maildev', status: 'down' });

    expect((await stack('up', '--only', 'maildev')).code).to.equal(0);
    const after = recorded('maildev');
    expect(isAlive(after)).to.equal(true);
    expect(after?.ports).to.deep.equal(before.ports);
  });

  it('restarts one service where it was, and names those that there are', async () => {
    const before = recorded('maildev');
    expect((await stack('restart', 'maildev', '--kill')).code).to.equal(0);
    const after = recorded('maildev');
    expect(isAlive(before)).to.equal(false);
    expect(isAlive(after)).to.equal(true);
    expect(after?.ports).to.deep.equal(before?.ports);
    const unknown = await stack('restart', 'kafka');
    expect(unknown.stderr).to.include("has no service 'kafka', but maildev");
    expect(unknown.code).to.equal(2);
  });

  it('shows the end of a log, and names the services that have one', async () => {
    expect((await stack('logs', 'maildev')).stdout).to.match(/maildev/i);
    expect(await stack('logs', 'maildev', '--lines', 'abc')).to.include({ code: 2 });
    const unknown = await stack('logs', 'kafak');
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.include("no log of 'kafak': there are maildev");
  });

  it('goes down, waits for the end of every process, and keeps data and ports', async () => {
    const mark = join(directory, 'data', 'maildev', 'kept');
    writeFileSync(mark, 'kept');
    const before = recorded('maildev');
    expect((await stack('down')).code).to.equal(0);
    expect(isAlive(before)).to.equal(false);
    expect(markedProcesses(directory)).to.deep.equal([]);
    expect(readStackState(directory)).to.equal(undefined);

    expect((await stack('up', '--only', 'maildev')).code).to.equal(0);
    expect(readFileSync(mark, 'utf8')).to.equal('kept');
    expect(recorded('maildev')?.ports).to.deep.equal(before?.ports);
    await stack('down');
  });

  it('leaves nothing running when up is killed in the middle and down follows', async () => {
    const up = begin('up', '--only', 'maildev,kafka');
    // As soon as the first service is there; the killed command is the child of the runner.
    await until(() => markedProcesses(directory).length > 0);
    const command = childrenOf(up.pid);
    for (const { pid } of command) process.kill(pid, 'SIGKILL');
    await ended(up);
    expect(markedProcesses(directory).length).to.be.greaterThan(0);
    expect((await stack('down')).code).to.equal(0);
    expect(markedProcesses(directory)).to.deep.equal([]);
  });

  it('takes down what it had started when it is interrupted', async () => {
    const up = begin('up', '--only', 'maildev,kafka');
    await until(() => isAlive(recorded('maildev')));
    up.kill('SIGINT');
    expect(await ended(up)).to.equal(130);
    expect(markedProcesses(directory)).to.deep.equal([]);
  });

  it('shows the end of the log of a service that cannot start, and stops the others', async () => {
    await stack('down', '--wipe');
    const logs = join(directory, 'data', 'kafka', 'logs');
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'meta.properties'), 'version=99\n');
    const { stderr, code } = await stack('up', '--only', 'kafka,maildev');
    expect(code).to.equal(1);
    expect(stderr).to.include('kafka ended while starting; the end of its log (').and.include('meta.properties');
    expect(markedProcesses(directory)).to.deep.equal([]);
    expect(readStackState(directory)).to.equal(undefined);
  });

  it('refuses a Spark version and a service that it does not know', async () => {
    const version = await stack('up', '--spark', '9.9.9');
    expect(version.code).to.equal(2);
    expect(version.stderr).to.include("'9.9.9' is not one of 4.1.1, 3.5.7");
    const service = await stack('up', '--only', 'kafak');
    expect(service.code).to.equal(2);
    expect(service.stderr).to.include("'kafak' is not one of mariadb, kafka, hdfs, spark, maildev");
  });

  it('removes data, logs and passwords with --wipe, and nothing else', async () => {
    expect((await stack('up', '--only', 'maildev')).code).to.equal(0);
    const own = join(directory, 'not-ours.txt');
    writeFileSync(own, 'stays');
    expect((await stack('down', '--wipe')).code).to.equal(0);
    for (const name of ['data', 'logs', 'ports.json', 'secrets.json', 'state.json']) {
      expect(existsSync(join(directory, name)), name).to.equal(false);
    }
    expect(readFileSync(own, 'utf8')).to.equal('stays');
  });
});

function childrenOf(parent: number | undefined): ProcessIdentity[] {
  const list = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map((pid) => ({ pid: Number(pid), startTicks: '' }));
}
