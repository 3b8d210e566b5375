import { SparkSession } from '@instant-health/spark-connect';
import {
  type ArchiveSettings,
  archiveSettings,
  command,
  createLogger,
  OperatorError,
  runCommand,
  withCloudSettings,
} from '../settings/index.ts';
import { type ArchiveStatus, archiveLines, archiveStatus } from './compaction/archive-status.ts';
import { connectionFailure } from './failures.ts';
import { type JobStatus, jobStatus } from './job-status.ts';
import { withKnownJobs } from './known-jobs.ts';
import { addTargetOptions, readTarget } from './targets/command-options.ts';
import { openTarget } from './targets/open-target.ts';
import type { SparkServer } from './targets/spark-server.ts';
import type { TargetOptions } from './targets/target.ts';

/** `npm run status`: what runs, from any process. */
await runCommand(async (signal) => {
  const program = command('status', 'Shows the jobs, their queries, and what they have put aside.');
  addTargetOptions(program).option('--json', 'one JSON object for all').parse(process.argv);
  const options = program.opts<TargetOptions & { json?: boolean }>();
  const { target, environment: named } = readTarget(options);
  const environment = await withCloudSettings(named);
  const log = createLogger({ name: 'status', json: options.json ?? false });
  const places = archiveSettings(environment);
  const open = await openTarget(target, { environment, log, signal, mode: 'join' });
  if (open === undefined) {
    console.log(options.json ? JSON.stringify({ jobs: [] }) : 'there is no session of ours: no job runs');
    return;
  }
  const { server, session } = open;
  try {
    if (session) log.info(`session ${session.id}`);
    await tell(server);
  } finally {
    await open.close({ keepsSession: true });
  }

  async function tell(on: SparkServer): Promise<void> {
    const jobs = await withKnownJobs({ environment, server: on, log }, (known) =>
      Promise.all(known.map((job) => jobStatus(job, { environment, log }))),
    ).catch((error: unknown) => {
      throw connectionFailure(error, on.remote);
    });
    const archive = await whereTheArchiveIs(on, places);
    if (options.json) console.log(JSON.stringify({ jobs, archive }, undefined, 2));
    else {
      for (const job of jobs) printForPeople(job);
      for (const line of archive ? archiveLines(archive) : []) console.log(line);
    }
  }
});

/** Undefined for a directory that is no archive: the jobs that use it say so. */
async function whereTheArchiveIs(server: SparkServer, places: ArchiveSettings): Promise<ArchiveStatus | undefined> {
  // A session of its own: one that other processes have used may remember the files that they saw.
  const spark = await SparkSession.builder().remote(server.remote).connection(server.connection).create();
  try {
    return await archiveStatus(spark, places);
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'ARCHIVE_UNKNOWN') return undefined;
    throw error;
  } finally {
    await spark.stop();
  }
}

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
