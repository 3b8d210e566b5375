import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { TerminalCommand } from '../helpers/command.ts';
import { createTestTopic, type TestTopic } from '../helpers/kafka.ts';

const readme = readFileSync(path.join(PROJECT_ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The commands of the README that stand alone on a line, in their order. */
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));

describe('the commands of the README', () => {
  let topic: TestTopic;
  let environment: NodeJS.ProcessEnv;
  const running: TerminalCommand[] = [];

  before(async () => {
    topic = await createTestTopic('readme');
    const folder = `/user/hadoop/instant-health/${topic.name}`;
    environment = {
      KAFKA_TOPIC: topic.name,
      VITALS_DIR: `${folder}/vitals`,
      VITALS_CHECKPOINT: `${folder}/checkpoint-vitals`,
      ALERTS_CHECKPOINT: `${folder}/checkpoint-alerts`,
      QUARANTINE_DIR: `${folder}/quarantine`,
    };
  });

  after(async () => {
    for (const command of running) command.pressCtrlC();
    await Promise.all(running.map((command) => command.exited));
    await topic.drop();
  });

  /** Runs a command to its end and expects it to be content. */
  async function run(line: string, extra: NodeJS.ProcessEnv = {}): Promise<string> {
    const command = new TerminalCommand(line, { ...environment, ...extra });
    const code = await command.exited;
    expect(code, command.output).to.equal(0);
    return command.output;
  }

  async function leaveRunning(line: string, ...untilPrinted: readonly RegExp[]): Promise<void> {
    const command = new TerminalCommand(line, environment);
    running.push(command);
    for (const pattern of untilPrinted) await command.printed(pattern);
  }

  const RUNNERS: Record<string, (line: string) => Promise<void>> = {
    'npm run demo': async (line) => {
      const output = await run(line);
      expect(output)
        .to.match(/^✓ rows in parquet = readings sent: 1800$/m)
        .and.not.match(/^✗/m);
      expect(output).to.match(/\[console\] \|customerId\|heartBeat\|bp *\|message_time/);
      expect(output).to.match(/\[mail\] to \S+@\S+: Ward [ABC]: /);
    },
    'npm test': async () => {
      // It is running at this moment, and cannot be run inside of itself: what it calls is what runs this test.
      expect(scripts.test).to.match(/node scripts\/run\.mjs scripts\/test\/main\.ts$/);
    },
    'npm run stack -- up': async (line) => {
      expect(await run(line)).to.be.a('string');
    },
    // Jobs start side by side.
    'npm run submit -- patient-vitals vital-alerts': (line) =>
      leaveRunning(line, /vital-alerts runs \(id /, /patient-vitals-\w+ runs \(id /),
    'npm run produce -- --interval 1s': (line) =>
      leaveRunning(line, /^\{"heartBeat":\d+,"bp":\d+,"customerId":\d+\}$/m),
    'npm run status': async (line) => {
      expect(await run(line))
        .to.match(/^patient-vitals +running$/m)
        .and.to.match(/^vital-alerts +running$/m);
    },
    'npm run alerts -- list': async (line) => {
      expect(await run(line)).to.match(/^\d+ episodes? pending or open, 0 silences in force$/m);
    },
    'npm run stop -- --all': async (line) => {
      expect(await run(line))
        .to.match(/vital-alerts was stopped/)
        .and.to.match(/patient-vitals-archive was stopped/);
    },
    // The stack of the tests must stay: the command is run where there is none. Its work is shown by the tests of the stack.
    'npm run stack -- down': async (line) => {
      await run(line, { INSTANT_HEALTH_STACK_DIR: path.join(PROJECT_ROOT, '.stack-of-nobody') });
    },
  };

  for (const line of commands) {
    it(line, async () => {
      const runner = RUNNERS[line];
      if (!runner) throw new Error(`no test runs ${line}`);
      await runner(line);
    }).timeout(240_000);
  }

  it('names only npm scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).to.deep.equal([]);
    expect(named).to.include('bench');
  });
});
