import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { clusterScripts } from '../../../emr/cluster-scripts.ts';
import { TEMPLATE } from '../../../emr/template/index.ts';
import { type AwsTools, setUpAwsTools } from '../../../scripts/setup/aws-tools.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}

/** What cfn-lint says and AWS does not: its own list of properties and versions is older, and it does not see conditions. */
const KNOWN: readonly (readonly [string, RegExp])[] = [
  ['E3002', /^Additional properties are not allowed \('SessionEnabled' was unexpected\)$/],
  // RDS takes a major version for "the newest of these".
  ['E3691', /^'8\.4' is not one of /],
  // Empty by default, and then not used: the condition WithKafka stands before it.
  ['W1030', /^\{'Ref': 'KafkaClusterArn'\} does not match /],
];

describe('what is sent to AWS passes its checkers', () => {
  let tools: AwsTools;
  let folder: string;

  before(async () => {
    tools = await setUpAwsTools();
    folder = await mkdtemp(path.join(tmpdir(), 'instant-health-lint-'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  function run(program: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve) => execFile(program, args, (_error, stdout, stderr) => resolve(stdout || stderr)));
  }

  it('cfn-lint, for the template in several regions', async () => {
    const file = path.join(folder, 'template.json');
    await writeFile(file, JSON.stringify(TEMPLATE, undefined, 1));
    const regions = ['us-east-1', 'eu-central-1', 'ap-southeast-2'];
    const output = await run(tools.python, [
      ...['-c', 'from cfnlint.runner import main; main()'],
      ...['--format', 'json', '--regions', ...regions],
      ...['--template', file],
    ]);
    const findings = JSON.parse(output) as Finding[];
    const unknown = findings.filter(
      ({ Rule, Message }) => !KNOWN.some(([id, message]) => Rule.Id === id && message.test(Message)),
    );
    expect(unknown).to.deep.equal([]);
    // Not because nothing was looked at.
    expect(findings.map(({ Rule }) => Rule.Id)).to.include('E3002');
  });

  it('shellcheck, for the scripts of the cluster', async () => {
    const scripts = [...clusterScripts().keys()].filter((name) => name.endsWith('.sh'));
    expect(scripts).to.have.length(3);
    const files = scripts.map((name) => path.join(PROJECT_ROOT, 'emr', 'cluster', name));
    expect(await run(tools.shellcheck, files)).to.equal('');
  });

  it("hadolint, for the driver's image", async () => {
    const file = path.join(PROJECT_ROOT, 'emr', 'driver', 'Containerfile');
    expect(await run(tools.hadolint, ['--format', 'json', file])).to.equal('[]');
    // Not because nothing was looked at.
    const bad = path.join(folder, 'Containerfile');
    await writeFile(bad, `${await readFile(file, 'utf8')}USER root\n`);
    expect(await run(tools.hadolint, ['--format', 'json', bad])).to.contain('DL3002');
  });
});
