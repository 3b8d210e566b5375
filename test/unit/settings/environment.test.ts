import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { cacheDirectory } from '../../../scripts/setup/cache.ts';
import { stackLayout } from '../../../scripts/stack/layout.ts';
import { stackMode } from '../../../scripts/stack/mode.ts';
import { loadEnvironment } from '../../../settings/environment.ts';
import { OperatorError } from '../../../settings/operator-error.ts';
import { ownEnvironment } from '../../../settings/own-environment.ts';
import { readStackState, stackDirectory } from '../../../settings/stack-state.ts';

const state = (environment: Record<string, string>) =>
  JSON.stringify({
    version: 1,
    mode: 'native',
    startedAt: '2026-01-01T00:00:00.000Z',
    environment,
    sparkRemotes: { '4.1.1': 'sc://127.0.0.1:1' },
    services: { kafka: { pid: 12, startTicks: '34', ports: { broker: 9092 }, log: 'kafka.log' } },
    links: {},
  });

describe('loadEnvironment', () => {
  let directory: string;
  let envFile: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'settings-'));
    envFile = path.join(directory, '.env');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const load = (processEnvironment: Record<string, string>, overrides: Record<string, string> = {}) =>
    loadEnvironment(overrides, { processEnvironment, envFile, stackDirectory: directory });

  it('lets overrides win over the process, the process over .env and .env over the stack', () => {
    writeFileSync(path.join(directory, 'state.json'), state({ A: 'stack', B: 'stack', C: 'stack', D: 'stack' }));
    writeFileSync(envFile, 'B=file\nC=file\nD=file\n');
    const environment = load({ C: 'process', D: 'process' }, { D: 'override' });
    expect(environment).to.include({ A: 'stack', B: 'file', C: 'process', D: 'override' });
  });

  it('finds the stack that .env names, as all that starts or stops one does', () => {
    const stack = path.join(directory, 'of-env-file');
    mkdirSync(stack);
    writeFileSync(path.join(stack, 'state.json'), state({ A: 'stack' }));
    writeFileSync(envFile, `INSTANT_HEALTH_STACK_DIR=${stack}\nSTACK=external\nINSTANT_HEALTH_CACHE=${directory}\n`);
    const sources = { processEnvironment: {}, envFile };
    expect(loadEnvironment({}, sources)).to.include({ A: 'stack' });
    const own = ownEnvironment(sources);
    expect(stackDirectory(own)).to.equal(stack);
    expect(stackMode(stackLayout(directory), own)).to.equal('external');
    expect(cacheDirectory(own)).to.equal(realpathSync(directory));
  });

  it('lets the process choose another stack than .env', () => {
    writeFileSync(envFile, 'INSTANT_HEALTH_STACK_DIR=/of/env/file\nSTACK=external\n');
    const own = ownEnvironment({ processEnvironment: { INSTANT_HEALTH_STACK_DIR: '/mine', STACK: 'native' }, envFile });
    expect(stackDirectory(own)).to.equal('/mine');
    expect(stackMode(stackLayout(directory), own)).to.equal('native');
  });

  it('lets an empty variable hide what the stack says', () => {
    writeFileSync(path.join(directory, 'state.json'), state({ HDFS_URL: 'hdfs://stack:1' }));
    expect(load({ HDFS_URL: '' }).HDFS_URL).to.equal('');
  });

  it('does not change the environment of the process', () => {
    writeFileSync(envFile, 'ONLY_IN_THE_FILE=1\n');
    expect(load({}).ONLY_IN_THE_FILE).to.equal('1');
    expect(process.env).to.not.have.property('ONLY_IN_THE_FILE');
  });

  it('finds the stack through INSTANT_HEALTH_STACK_DIR, in .env too', () => {
    writeFileSync(path.join(directory, 'state.json'), state({ KAFKA_BROKERS: 'h:1' }));
    writeFileSync(envFile, `INSTANT_HEALTH_STACK_DIR=${directory}\n`);
    expect(loadEnvironment({}, { processEnvironment: {}, envFile }).KAFKA_BROKERS).to.equal('h:1');
  });

  it('goes without a stack and without .env', () => {
    expect(load({ A: 'process' })).to.deep.equal({ A: 'process' });
    expect(readStackState(directory)).to.equal(undefined);
  });

  it('reads services and remotes of the state', () => {
    writeFileSync(path.join(directory, 'state.json'), state({}));
    const read = readStackState(directory);
    expect(read?.services.kafka).to.include({ pid: 12, startTicks: '34' });
    expect(read?.sparkRemotes).to.deep.equal({ '4.1.1': 'sc://127.0.0.1:1' });
  });

  for (const [what, content] of [
    ['half-written', '{"version": 1, "mo'],
    ['of another version', '{"version": 2}'],
  ] as const) {
    it(`refuses a state file that is ${what} and says what to do`, () => {
      writeFileSync(path.join(directory, 'state.json'), content);
      expect(() => load({}))
        .to.throw(OperatorError, /state\.json is no state of a stack/)
        .that.includes({ code: 'STACK_STATE_INVALID', exitCode: 2 });
    });
  }
});
