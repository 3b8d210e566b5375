// Run by scripts/run.mjs before an entry that imports the Spark Connect client, on a clean clone only.
import { runCommand } from '../../settings/index.ts';
import { setUpGeneratedCode } from './index.ts';

await runCommand(async (signal) => {
  await setUpGeneratedCode({ signal });
});
