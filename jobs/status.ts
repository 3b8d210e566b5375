import { command, createLogger, loadEnvironment, runCommand, sparkSettings } from '../settings/index.ts';
import { connectionFailure } from './failures.ts';
import { type JobStatus, jobStatus } from './job-status.ts';
import { withKnownJobs } from './known-jobs.ts';

/** `npm run status`: what runs, from any process. */
await runCommand(async () => {
  const program = command('status', 'Shows the jobs, their queries, and what they have put aside.')
    .option('--remote <address>', 'Spark Connect address (default: SPARK_REMOTE, or the running stack)')
    .option('--json', 'one JSON object for all')
    .parse(process.argv);
  const options = program.opts<{ remote?: string; json?: boolean }>();
  const environment = loadEnvironment(options.remote === undefined ? {} : { SPARK_REMOTE: options.remote });
  const { remote } = sparkSettings(environment);
  const log = createLogger({ name: 'status', json: options.json ?? false });
  const jobs = await withKnownJobs({ environment, remote, log }, (known) =>
    Promise.all(known.map((job) => jobStatus(job, { environment, log }))),
  ).catch((error: unknown) => {
    throw connectionFailure(error, remote);
  });
  if (options.json) console.log(JSON.stringify({ jobs }, undefined, 2));
  else for (const job of jobs) printForPeople(job);
});

function printForPeople({ job, running, queries, counts, troubles }: JobStatus): void {
  console.log(`${job.padEnd(16)}${running ? 'running' : 'not running'}`);
  for (const query of queries) {
    const batch = query.lastBatch;
    const last = batch
      ? `batch ${batch.batchId}, ${batch.rows} rows in ${(batch.durationMs / 1000).toFixed(2)} s`
      : 'no batch yet';
    console.log(
      `  ${query.name.padEnd(26)}${last}${batch?.lag === undefined ? '' : `, lag ${batch.lag}`}  (${query.message})`,
    );
  }
  for (const [name, count] of Object.entries(counts)) console.log(`  ${name}: ${count}`);
  for (const trouble of troubles) console.log(`  ! ${trouble}`);
}
