// npm run format: formats, sorts imports and applies the linter's safe corrections.
import { join } from 'node:path';
import { command, PROJECT_ROOT, runCommand } from '../settings/index.ts';
import { runTool } from './setup/tool.ts';

await runCommand(async (signal) => {
  command('format', "formats, sorts imports and applies the linter's safe corrections, in all files").parse();
  const file = join(PROJECT_ROOT, 'node_modules', '.bin', 'biome');
  await runTool({ file, args: ['check', '--write'], cwd: PROJECT_ROOT, signal, onLine: (line) => console.log(line) });
});
