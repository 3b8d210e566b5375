// npm run check: format, lint, import directions, types, dead code, unit tests; all at once, in seconds.
import { join } from 'node:path';
import { command, messageOf, PROJECT_ROOT, runCommand } from '../settings/index.ts';
import { setUpGeneratedCode } from './setup/index.ts';
import { runTool } from './setup/tool.ts';
import { compileTests } from './test/compiled-tests.ts';
import { runMocha } from './test/run-mocha.ts';
import { isSuccess, summaryLine } from './test/test-counts.ts';
import { testFiles, UNIT_RUN } from './test/test-plan.ts';

interface Check {
  readonly name: string;
  /** Resolves to a word about the success; rejects with what is wrong. */
  run(signal: AbortSignal): Promise<string>;
}

const CHECKS: readonly Check[] = [
  tool('format, lint, imports', 'biome', ['check', '--error-on-warnings', '--colors=off']),
  tool('types', 'tsc', ['-p', '.', '--pretty', 'false']),
  tool('unused code', 'knip', ['--no-progress']),
  { name: 'unit tests', run: unitTests },
];

await runCommand(async (signal) => {
  command('check', 'format, lint, import directions, types, unused code and unit tests, all at once').parse();
  await setUpGeneratedCode({ signal });
  const results = await Promise.all(
    CHECKS.map(async ({ name, run }) => {
      const started = Date.now();
      try {
        const word = await run(signal);
        console.log(`✓ ${name}: ${word} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
        return true;
      } catch (error) {
        console.log(`✗ ${name}\n${error instanceof Error ? error.message : messageOf(error)}\n`);
        return false;
      }
    }),
  );
  return results.every(Boolean) ? 0 : 1;
});

function tool(name: string, program: string, args: readonly string[]): Check {
  const file = join(PROJECT_ROOT, 'node_modules', '.bin', program);
  return {
    name,
    run: async (signal) => {
      await runTool({ file, args, cwd: PROJECT_ROOT, signal, keepLines: 200 });
      return 'fine';
    },
  };
}

async function unitTests(signal: AbortSignal): Promise<string> {
  let output = '';
  const files = testFiles(UNIT_RUN);
  await using tests = await compileTests(files);
  const counts = await runMocha({
    tests,
    files,
    signal,
    onOutput: (text) => {
      output += text;
    },
  });
  if (!isSuccess(counts)) throw new Error(`${output}\n${summaryLine(counts)}`);
  return summaryLine(counts);
}
