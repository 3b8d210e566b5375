import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import {
  command,
  createLogger,
  formatDuration,
  type Logger,
  loadEnvironment,
  OperatorError,
  parseDuration,
  runCommand,
} from '../settings/index.ts';
import { awsClients, type Clients } from './clients.ts';
import { costItems, costLines, costPerHour } from './cost-note.ts';
import { down } from './down.ts';
import { findStack, parameterOf } from './stack.ts';
import { checkParameters, type ParameterValues, PUBLIC_PARAMETERS, parameterHelp } from './stack-parameters.ts';
import { emrStatus, statusLines } from './status.ts';
import { TEMPLATE } from './template/index.ts';
import { up } from './up.ts';

interface CommonOptions {
  readonly stack: string;
  readonly region?: string;
  readonly json?: true;
}

interface WaitOptions extends CommonOptions {
  readonly timeout: string;
}

interface UpArguments extends WaitOptions {
  readonly parameter: Readonly<Record<string, string>>;
  readonly allowReplacement?: true;
}

interface DownArguments extends WaitOptions {
  readonly yes?: true;
  readonly withSnapshots?: true;
}

/** `npm run emr`: what runs on AWS, from nothing and back to nothing. */
await runCommand(async (signal) => {
  const program = command('emr', 'Makes, shows and removes the cluster on AWS and what belongs to it.').addHelpText(
    'after',
    '\nCredentials, profile and region are those of all AWS tools: AWS_PROFILE, AWS_REGION …\nExit codes: 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted.',
  );
  add(program, 'up', 'makes everything that is missing; run again it changes nothing')
    .option('--parameter <name=value>', 'a parameter of the stack; may be given several times', collect, {})
    .option('--allow-replacement', 'let a change replace the cluster or the database: what they hold is lost')
    .option('--timeout <duration>', 'how long to wait', '45m')
    .addHelpText('after', parameterHelp())
    .action((options: UpArguments) => runUp(options, signal));
  add(program, 'down', 'removes everything; asks first')
    .option('--yes', 'do not ask')
    .option('--with-snapshots', 'delete the last snapshots of the database too')
    .option('--timeout <duration>', 'how long to wait', '45m')
    .action((options: DownArguments) => runDown(options, signal));
  add(program, 'status', 'lists everything that there is, complete or not').action(runStatus);
  add(program, 'cost-note', 'says roughly what it costs while it stands')
    .option('--parameter <name=value>', 'as for `up`', collect, {})
    .action(runCostNote);
  program
    .command('template')
    .description('prints the CloudFormation template')
    .action(() => console.log(JSON.stringify(TEMPLATE, undefined, 2)));
  await program.parseAsync();
});

function add(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--stack <name>', 'name of the stack and of the cluster', stackName, 'instant-health')
    .option('--region <region>', 'AWS region (default: AWS_REGION, or that of the profile)')
    .option('--json', 'log and answer as JSON');
}

async function runUp(options: UpArguments, signal: AbortSignal): Promise<void> {
  const { clients, log } = surroundings(options);
  const parameters = checkParameters(options.parameter);
  const timeoutMs = parseDuration(options.timeout, '--timeout');
  const started = performance.now();
  await up(clients, {
    stack: options.stack,
    parameters,
    allowReplacement: options.allowReplacement ?? false,
    timeoutMs,
    log,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) log.warn('AWS goes on: `npm run emr -- status` shows it, `up` waits on, `down` removes it');
    throw error;
  });
  log.info(`done in ${formatDuration(performance.now() - started)}`);
  await print(options, clients);
}

async function runDown(options: DownArguments, signal: AbortSignal): Promise<void> {
  const { clients, log } = surroundings(options);
  const timeoutMs = parseDuration(options.timeout, '--timeout');
  if (!options.yes && !(await confirmed(clients, options, signal))) return;
  const { existed, snapshots } = await down(clients, {
    stack: options.stack,
    withSnapshots: options.withSnapshots ?? false,
    timeoutMs,
    log,
    signal,
  });
  if (options.json) console.log(JSON.stringify({ stack: options.stack, existed, snapshots }));
  else {
    console.log(existed ? `stack ${options.stack} is gone` : `there was no stack ${options.stack}`);
    for (const id of snapshots) console.log(`snapshot ${id} stays; --with-snapshots deletes it too`);
  }
}

async function confirmed(clients: Clients, { stack, withSnapshots }: DownArguments, signal: AbortSignal) {
  if (!process.stdin.isTTY) {
    throw new OperatorError('USAGE', 'down asks before it deletes, but there is no terminal', {
      exitCode: 2,
      next: 'Give --yes if everything shall be deleted.',
    });
  }
  for (const line of statusLines(await emrStatus(clients, stack))) console.log(line);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const what = withSnapshots ? 'all of it, the readings and every snapshot' : 'all of it, with the readings in HDFS';
    return /^y(es)?$/i.test((await terminal.question(`Delete ${what}? [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}

async function runStatus(options: CommonOptions): Promise<void> {
  await print(options, surroundings(options).clients);
}

async function print(options: CommonOptions, clients: Clients): Promise<void> {
  const status = await emrStatus(clients, options.stack);
  console.log(options.json ? JSON.stringify(status, undefined, 2) : statusLines(status).join('\n'));
}

async function runCostNote(options: CommonOptions & { parameter: Readonly<Record<string, string>> }): Promise<void> {
  const asked = checkParameters(options.parameter);
  const items = costItems(Object.keys(asked).length > 0 ? asked : await parametersInUse(options));
  if (options.json) console.log(JSON.stringify({ items, perHour: costPerHour(items), currency: 'USD' }, undefined, 2));
  else for (const line of costLines(items)) console.log(line);
}

/** Those of the stack, where there is one and AWS can be asked: costs can be had without an account. */
async function parametersInUse(options: CommonOptions): Promise<ParameterValues> {
  const stack = await findStack(surroundings(options).clients, options.stack).catch((error: unknown) => {
    if (error instanceof OperatorError) return undefined;
    throw error;
  });
  if (stack === undefined) return {};
  return Object.fromEntries(
    PUBLIC_PARAMETERS.flatMap((name) => {
      const value = parameterOf(stack, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function surroundings({ region, json }: CommonOptions): { clients: Clients; log: Logger } {
  const environment = loadEnvironment(region === undefined ? {} : { AWS_REGION: region });
  return { clients: awsClients(environment), log: createLogger({ name: 'emr', ...(json ? { json } : {}) }) };
}

function collect(pair: string, previous: Record<string, string>): Record<string, string> {
  const separator = pair.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('It has the form Name=value.');
  return { ...previous, [pair.slice(0, separator)]: pair.slice(separator + 1) };
}

/** CloudFormation's rule for names of stacks. */
function stackName(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(text)) return text;
  throw new InvalidArgumentError('It starts with a letter and has letters, digits and hyphens.');
}
