import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { PROJECT_ROOT, readStackState } from '../../../settings/index.ts';

/** The running stack plays the services that somebody else runs. */
describe('npm run stack with STACK=external', () => {
  const directory = mkdtempSync(join(tmpdir(), 'instant-health-external-'));
  after(() => rmSync(directory, { recursive: true }));

  const stack = async (change: Record<string, string>, ...args: string[]) => {
    const addresses = readStackState()?.environment ?? {};
    const env = { ...process.env, ...addresses, STACK: 'external', INSTANT_HEALTH_STACK_DIR: directory, ...change };
    const runner = join(PROJECT_ROOT, 'scripts', 'run.mjs');
    const call = promisify(execFile)(process.execPath, [runner, 'scripts/stack/main.ts', ...args], { env });
    return await call.then(
      ({ stderr }) => ({ code: 0, stderr }),
      ({ code, stderr }) => ({ code: Number(code), stderr: String(stderr) }),
    );
  };

  it('names the setting of a service that does not answer', async () => {
    const database = await stack({ DATABASE_PORT: '1' }, 'up');
    expect(database.code).to.equal(1);
    expect(database.stderr).to.match(/error: database: .+\n.*DATABASE_HOST/);
    const kafka = await stack({ KAFKA_BROKERS: '127.0.0.1:1' }, 'up');
    expect(kafka.code).to.equal(1);
    expect(kafka.stderr).to.match(/error: kafka: .+\n.*KAFKA_BROKERS/);
    expect(readStackState(directory)).to.equal(undefined);
  });

  it('starts nothing, checks every address and writes down the version of Spark', async () => {
    const up = await stack({}, 'up');
    expect(up.stderr).to.include('[mail] answers');
    expect(up.code).to.equal(0);
    const state = readStackState(directory);
    expect(state?.mode).to.equal('external');
    expect(state?.services).to.deep.equal({});
    expect(Object.keys(state?.sparkRemotes ?? {})).to.have.length(1);
  });

  it('stops nothing either, and refuses another mode while it is up', async () => {
    const other = await stack({ STACK: 'native' }, 'down');
    expect(other.code).to.equal(2);
    expect(other.stderr).to.include("a stack of mode 'external' is up");
    expect((await stack({}, 'down')).code).to.equal(0);
    expect(readStackState(directory)).to.equal(undefined);
  });
});
