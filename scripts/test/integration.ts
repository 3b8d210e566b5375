// npm run test:integration [-- files and mocha's arguments]: against the stack that is up.
// SPARK_VERSION chooses the server, 4.1.1 by default.
import { OperatorError, readStackState, runCommand } from '../../settings/index.ts';
import { DEFAULT_SPARK_VERSION } from '../setup/index.ts';
import { chosenTests } from './chosen-tests.ts';
import { compileTests } from './compiled-tests.ts';
import { type FileMs, type FileTime, fileTimes, longest } from './file-times.ts';
import { runMocha } from './run-mocha.ts';
import { isSuccess, summaryLine } from './test-counts.ts';
import { STACK_RUNS, testFiles } from './test-plan.ts';

await runCommand(async (signal) => {
  const version = process.env.SPARK_VERSION || DEFAULT_SPARK_VERSION;
  const state = readStackState();
  const remote = state?.sparkRemotes[version];
  if (state === undefined || remote === undefined) {
    throw new OperatorError('STACK_NOT_UP', `no stack with Spark ${version} is up`, {
      next: `Run \`npm run stack -- up --spark ${version}\`.`,
      exitCode: 2,
    });
  }
  const { files, args } = chosenTests(process.argv.slice(2), () =>
    STACK_RUNS.filter(({ spark, onNewerNode }) => spark === version && !onNewerNode).flatMap((run) => testFiles(run)),
  );
  await using tests = await compileTests(files);
  const environment = { ...state.environment, SPARK_VERSION: version, SPARK_REMOTE: remote };
  const took: FileTime[] = [];
  const onFileTimes = (fileMs: FileMs) => took.push(...fileTimes(`Spark ${version}`, fileMs));
  const counts = await runMocha({ tests, files, args, environment, signal, onFileTimes });
  if (took.length > 1) console.log(`What took longest:\n${longest(took)}\n`);
  console.log(summaryLine(counts));
  return isSuccess(counts) ? 0 : 1;
});
