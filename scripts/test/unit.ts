// npm run test:unit [-- files and mocha's arguments]: no server, seconds.
import { runCommand } from '../../settings/index.ts';
import { setUpGeneratedCode } from '../setup/index.ts';
import { chosenTests } from './chosen-tests.ts';
import { compileTests } from './compiled-tests.ts';
import { runMocha } from './run-mocha.ts';
import { isSuccess, summaryLine } from './test-counts.ts';
import { testFiles, UNIT_RUN } from './test-plan.ts';

await runCommand(async (signal) => {
  await setUpGeneratedCode({ signal });
  const { files, args } = chosenTests(process.argv.slice(2), () => testFiles(UNIT_RUN));
  await using tests = await compileTests(files);
  const counts = await runMocha({ tests, files, args, signal });
  console.log(summaryLine(counts));
  return isSuccess(counts) ? 0 : 1;
});
