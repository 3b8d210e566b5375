import { Option } from 'commander';
import { command, createLogger, loadEnvironment, OperatorError, runCommand } from '../../settings/index.ts';
import { addTargetOptions, readTarget } from '../targets/command-options.ts';
import type { TargetOptions } from '../targets/target.ts';
import { examine, type Finding } from './check.ts';
import { allChecks } from './checks.ts';
import { exitCodeOf, findingLines, HEADING, summary } from './report.ts';

interface Options {
  readonly rds?: string;
  readonly via?: 'foreachBatch' | 'topic';
  readonly json?: boolean;
}

/** `npm run doctor`: the door to {@link allChecks}. */
await runCommand(async (signal) => {
  const program = command('doctor', 'Checks every link, from this machine and from the cluster, and says what to do.');
  addTargetOptions(program)
    .addOption(
      new Option(
        '--via <way>',
        'topic: the alerts’ topic must be there and be read, and foreachBatch need not work',
      ).choices(['foreachBatch', 'topic']),
    )
    .option('--rds <name>', 'RDS instance or cluster (default: DATABASE_RDS)')
    .option('--json', 'one JSON object for all')
    .addHelpText(
      'after',
      '\nExit codes: 0 all that was checked holds, 1 a link fails, 2 a setting is missing or wrong.',
    )
    .parse(process.argv);
  const options = program.opts<TargetOptions & Options>();
  // Only the usage is wrong then; a wrong setting is a finding.
  const named = chosen(options);
  const { checks, close } = allChecks({
    environment: named?.environment ?? loadEnvironment({ DATABASE_RDS: options.rds }),
    target: () => (named ?? readTarget(options)).target,
    viaTopic: options.via === 'topic',
    log: createLogger({ name: 'doctor', json: options.json ?? false }),
    signal,
  });
  const findings: Finding[] = [];
  try {
    if (!options.json) console.log(HEADING);
    for await (const finding of examine(checks, signal)) {
      findings.push(finding);
      if (!options.json) for (const line of findingLines(finding)) console.log(line);
    }
  } finally {
    await close();
  }
  const exitCode = exitCodeOf(findings);
  if (options.json)
    console.log(JSON.stringify({ holds: exitCode === 0, findings: findings.map(withoutCode) }, undefined, 2));
  else console.log(`\n${summary(findings)}`);
  return exitCode;
});

function chosen(options: TargetOptions & Options): ReturnType<typeof readTarget> | undefined {
  try {
    return readTarget(options);
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'SETTING_INVALID') return undefined;
    throw error;
  }
}

function withoutCode({ exitCode: _exitCode, ...finding }: Finding): Omit<Finding, 'exitCode'> {
  return finding;
}
