// npm run test:unit [-- mocha's arguments]: no server, seconds.
import { runCommand } from '../../settings/index.ts';
import { setUpGeneratedCode } from '../setup/index.ts';
import { runMocha } from './run-mocha.ts';
import { isSuccess, summaryLine } from './test-counts.ts';
import { testFiles, UNIT_RUN } from './test-plan.ts';

await runCommand(async (signal) => {
  await setUpGeneratedCode({ signal });
  const counts = await runMocha({ files: testFiles(UNIT_RUN), args: process.argv.slice(2), signal });
  console.log(summaryLine(counts));
  return isSuccess(counts) ? 0 : 1;
});
