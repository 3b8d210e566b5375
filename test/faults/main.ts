// npm run test:faults: breaks a stack of its own at random and checks that nothing is lost, doubled or left untold.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { lineProgress } from '../../scripts/setup/progress.ts';
import { DEFAULT_SPARK_VERSION, SPARK_VERSIONS, type SparkVersion } from '../../scripts/setup/versions.ts';
import { stackDown, stackUp } from '../../scripts/stack/index.ts';
import { command, readStackState, runCommand, stackDirectory } from '../../settings/index.ts';
import { FAULT_KINDS, type FaultKind, kindsNamed } from './suite/catalogue.ts';
import { reportText, runLine } from './suite/report.ts';
import { noPast, type RunResult, runOnce } from './suite/run.ts';
import { describeFaults, planRun } from './suite/schedule.ts';
import { Services } from './suite/services.ts';
import { startSystem } from './suite/surroundings.ts';

interface Options {
  readonly runs: number;
  readonly first: number;
  readonly seed: number;
  readonly only: readonly FaultKind[];
  readonly spark: SparkVersion;
  readonly json?: string;
  readonly keep?: true;
  readonly dryRun?: true;
}

const kinds = FAULT_KINDS.map(({ name }) => name).join(', ');
const progress = lineProgress();

await runCommand(async (signal) => {
  const program = command('test:faults', 'Breaks a running system at random, and checks that it keeps its promises.')
    .option('--runs <count>', 'how many runs', positive, 10)
    .option('--first <number>', 'number of the first run: a run depends on the seed and its number only', positive, 1)
    .option('--seed <number>', 'the same seed draws the same faults and readings', positive, 1)
    .option('--only <faults>', 'names or parts of names, comma-separated: kafka,driver-kill', faults, FAULT_KINDS)
    .option('--spark <version>', `one of ${SPARK_VERSIONS.join(', ')}`, spark, DEFAULT_SPARK_VERSION)
    .option('--json <file>', 'write everything that was found there')
    .option('--keep', 'leave the stack up, to look into it')
    .option('--dry-run', 'show what would happen in each run')
    .addHelpText('after', `\nFaults: ${kinds}\n\nExit codes: 0 all promises held, 1 one was broken, 130 interrupted.`);
  const options = program.parse().opts<Options>();
  const plans = Array.from({ length: options.runs }, (_, index) =>
    planRun(options.seed, options.first + index, options.only),
  );
  if (options.dryRun) {
    for (const plan of plans) console.log(`run ${plan.run}: ${describeFaults(plan)}`);
    return 0;
  }
  useOwnStack();
  const results: RunResult[] = [];
  try {
    await stackUp({ sparks: [options.spark], only: ['mariadb', 'kafka', 'hdfs', 'spark'], progress, signal });
    Object.assign(process.env, readStackState()?.environment, { SPARK_VERSION: options.spark });
    await runAll();
  } finally {
    if (results.length > 0) tell();
    if (options.keep)
      console.log(`The stack stays up: INSTANT_HEALTH_STACK_DIR=${stackDirectory()} npm run stack -- status`);
    else await stackDown({ wipe: hasHeld(), progress });
  }
  return hasHeld() ? 0 : 1;

  function hasHeld(): boolean {
    return results.length === plans.length && results.every(({ breaches }) => breaches.length === 0);
  }

  async function runAll(): Promise<void> {
    const logs = join(stackDirectory(), 'logs');
    const system = await startSystem(logs, signal);
    try {
      const services = new Services(options.spark);
      const past = noPast();
      for (const plan of plans) {
        signal.throwIfAborted();
        progress.line(`run ${plan.run}`, describeFaults(plan));
        const say = (text: string) => progress.line(`run ${plan.run}`, text);
        const result = await runOnce(plan, { system, services, past, signal, say });
        results.push(result);
        // After each run: what ends a run of hours must not take its figures along.
        writeFigures();
        say(runLine(result));
        for (const breach of result.breaches.slice(0, 20)) say(`  ✗ ${breach}`);
        if (result.breaches.length > 0) {
          say(`  replay: npm run test:faults -- --seed ${options.seed} --first ${plan.run} --runs 1; logs: ${logs}`);
        }
      }
    } finally {
      await system.close(false);
    }
  }

  function tell(): void {
    console.log(`\n${reportText(options.seed, results)}`);
    const file = writeFigures();
    if (file !== undefined) console.log(`All figures: ${file}`);
  }

  function writeFigures(): string | undefined {
    if (options.json === undefined) return undefined;
    const file = resolve(options.json);
    writeFileSync(file, `${JSON.stringify({ seed: options.seed, results }, null, 2)}\n`);
    return file;
  }
});

/** Another stack, whoever's it is, must never be hit: neither by its folder nor by addresses in the environment. */
function useOwnStack(): void {
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-faults-'));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  process.env.INSTANT_HEALTH_STACK_DIR = folder;
  process.env.STACK = 'native';
  const ours = /^(DATABASE|KAFKA|SPARK|HDFS|WEBHDFS|SMTP|MAIL|ALERT|ALERTS|VITALS|QUARANTINE|COMPACTED|OPERATOR)_/;
  for (const name of Object.keys(process.env)) if (ours.test(name)) delete process.env[name];
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

function faults(text: string): readonly FaultKind[] {
  const found = kindsNamed(text.split(',').map((word) => word.trim()));
  if (found.length === 0) throw new InvalidArgumentError(`None of them is a fault. There are ${kinds}.`);
  return found;
}

function spark(text: string): SparkVersion {
  const version = SPARK_VERSIONS.find((known) => known === text);
  if (version === undefined) throw new InvalidArgumentError(`It is one of ${SPARK_VERSIONS.join(', ')}.`);
  return version;
}
