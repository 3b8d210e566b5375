import { command, createLogger, OperatorError, runCommand } from '../settings/index.ts';
import { dismissStandbys } from './driver-mark.ts';
import { connectionFailure } from './failures.ts';
import { type KnownJob, withKnownJobs } from './known-jobs.ts';
import { batchJobByName, JOBS, jobByName } from './registry.ts';
import { addTargetOptions, readTarget } from './targets/command-options.ts';
import { isShared } from './targets/on-target.ts';
import { openTarget } from './targets/open-target.ts';
import type { TargetOptions } from './targets/target.ts';

/** `npm run stop`: ends queries from any process. */
await runCommand(async (signal) => {
  const program = command('stop', 'Stops running queries, wherever they were submitted.')
    .argument('[names...]', 'names of jobs or of single queries')
    .option('--all', 'stop everything that runs');
  addTargetOptions(program).option('--json', 'one JSON object a line').parse(process.argv);
  const options = program.opts<TargetOptions & { all?: boolean; json?: boolean }>();
  const names = program.args;
  if (names.length === 0 && !options.all) {
    throw new OperatorError('USAGE', 'name a job or a query, or say --all', {
      exitCode: 2,
      next: '`npm run status` shows what runs.',
    });
  }
  const { target, environment } = readTarget(options);
  const log = createLogger({ name: 'stop', json: options.json ?? false });
  const open = await openTarget(target, { environment, log, signal, mode: 'join' });
  if (open === undefined) {
    log.info('there is no session of ours: nothing runs');
    return;
  }
  const { server } = open;
  try {
    await withKnownJobs({ environment, server, log }, stopChosen);
  } catch (error) {
    throw connectionFailure(error, server.remote);
  } finally {
    // EMR's session ends with the last job on it.
    await open.close({ keepsSession: await isShared(open, { environment, log }) });
  }

  async function stopChosen(jobs: readonly KnownJob[]): Promise<void> {
    const running = jobs.flatMap(({ job, queries }) =>
      queries.map((query) => ({ job: job.name, query, name: query.name ?? query.id })),
    );
    const chosen = running.filter(
      ({ job, name, query }) => options.all || [job, name, query.id].some((word) => names.includes(word)),
    );
    for (const name of names) {
      if (chosen.some(({ job, name: query, query: { id } }) => [job, query, id].includes(name))) continue;
      if (batchJobByName(name)) {
        throw new OperatorError('USAGE', `${name} has no query to stop: it ends by itself`, {
          exitCode: 2,
          next: 'Ctrl-C ends it where it runs, at any moment.',
        });
      }
      // A job that exists and does not run is in the state that was asked for.
      if (!JOBS.some((job) => job.queryNames.includes(name))) jobByName(name);
      log.info(`${name} is not running`);
    }
    for (const { job, spark } of jobs) {
      // Or they would take the job's end for their turn.
      const isMeant = options.all || names.includes(job.name) || chosen.some((query) => query.job === job.name);
      if (isMeant && (await dismissStandbys(spark))) log.info(`${job.name}: who stands by is sent home`);
    }
    for (const { job, query, name } of chosen) {
      log.info(`${name}: stopping`);
      await query.stop();
      console.log(
        options.json ? JSON.stringify({ job, query: name, id: query.id, stopped: true }) : `${name} was stopped`,
      );
    }
  }
});
