import type { Command } from 'commander';
import { type Environment, loadEnvironment } from '../../settings/index.ts';
import { type Target, type TargetOptions, targetOf } from './target.ts';

/** `--remote`, `--cluster` and `--application`, the same for every command that needs Spark. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--remote <address>', 'Spark Connect address, sc://host:port (default: SPARK_REMOTE, or the running stack)')
    .option('--cluster <id>', 'an EMR cluster: its id, j-…, or its name; its session, or a tunnel to the server on it')
    .option('--application <id>', 'an application of EMR Serverless, 00…; for jobs that end by themselves');
}

/** The target that options or settings name, and the settings with its address in them. */
export function readTarget(options: TargetOptions & { readonly rds?: string }): {
  readonly target: Target;
  readonly environment: Environment;
} {
  const database = { DATABASE_RDS: options.rds };
  const environment = loadEnvironment(database);
  const target = targetOf(options, environment);
  return {
    target,
    environment: target.kind === 'server' ? loadEnvironment({ ...database, SPARK_REMOTE: target.remote }) : environment,
  };
}
