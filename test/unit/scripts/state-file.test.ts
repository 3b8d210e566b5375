import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stackLayout } from '../../../scripts/stack/layout.ts';
import { loadSecrets } from '../../../scripts/stack/secrets.ts';
import { StateFile } from '../../../scripts/stack/state-file.ts';
import { readStackState } from '../../../settings/index.ts';

const RECORD = { pid: 4711, startTicks: '12345', ports: { sql: 20_001 }, log: 'mariadb.log' };

describe("the stack's state file", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'state-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is on disk after every change, as the settings read it', () => {
    const file = StateFile.open(stackLayout(root), 'native');
    expect(readStackState(root)).to.equal(undefined);
    file.recordService('mariadb', RECORD);
    expect(readStackState(root)?.services.mariadb).to.deep.include(RECORD);
    file.update((state) => ({ ...state, environment: { KAFKA_BROKERS: '127.0.0.1:20002' } }));
    expect(readStackState(root)?.environment).to.deep.equal({ KAFKA_BROKERS: '127.0.0.1:20002' });
  });

  it('is continued by the next command', () => {
    StateFile.open(stackLayout(root), 'native').recordService('mariadb', RECORD);
    const next = StateFile.open(stackLayout(root), 'native');
    next.recordService('kafka', { ...RECORD, pid: 4712 });
    expect(Object.keys(readStackState(root)?.services ?? {})).to.deep.equal(['mariadb', 'kafka']);
    next.forgetService('mariadb');
    expect(Object.keys(readStackState(root)?.services ?? {})).to.deep.equal(['kafka']);
    next.remove();
    expect(readStackState(root)).to.equal(undefined);
  });

  it('is readable by its owner only, and no temporary file stays', () => {
    StateFile.open(stackLayout(root), 'native').recordService('mariadb', RECORD);
    expect(statSync(join(root, 'state.json')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(root)).to.deep.equal(['state.json']);
  });

  it('has passwords beside it that are random and stay the same', () => {
    const first = loadSecrets(stackLayout(root));
    expect(loadSecrets(stackLayout(root))).to.deep.equal(first);
    expect(first.databasePassword).to.match(/^[\w-]{32}$/);
    expect(first.databasePassword).not.to.equal(first.databaseRootPassword);
    expect(Buffer.from(first.kafkaClusterId, 'base64url')).to.have.length(16);
    expect(statSync(join(root, 'secrets.json')).mode & 0o777).to.equal(0o600);
  });
});
