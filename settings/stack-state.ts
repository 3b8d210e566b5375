import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf, OperatorError } from './operator-error.ts';
import { type Environment, ownEnvironment } from './own-environment.ts';
import { PROJECT_ROOT } from './project-root.ts';

const serviceSchema = z.object({
  pid: z.number().int().positive().optional(),
  /** Field 22 of /proc/pid/stat: with it a reused pid is never taken for the service. */
  startTicks: z.union([z.string(), z.number()]).transform(String).optional(),
  ports: z.record(z.string(), z.number().int().min(1).max(65535)).default({}),
  log: z.string().optional(),
});

/** What `npm run stack -- up` writes down. Keys that we do not know are kept, so an older reader does not break. */
export const stackStateSchema = z.looseObject({
  version: z.literal(1),
  mode: z.enum(['native', 'docker', 'external']),
  startedAt: z.string(),
  environment: z.record(z.string(), z.string()),
  sparkRemotes: z.record(z.string(), z.string()).default({}),
  services: z.record(z.string(), serviceSchema.loose()).default({}),
  links: z.record(z.string(), z.string()).default({}),
  /** How Spark's JVMs compile; only the native stack has a choice. */
  jit: z.enum(['quick', 'full']).optional(),
});

export type StackState = z.infer<typeof stackStateSchema>;

/** Directory of the running stack: `INSTANT_HEALTH_STACK_DIR`, else `.stack` in the checkout. */
export function stackDirectory(environment: Environment = ownEnvironment()): string {
  const configured = environment.INSTANT_HEALTH_STACK_DIR;
  return configured ? path.resolve(configured) : path.join(PROJECT_ROOT, '.stack');
}

/**
 * Reads the stack's state file.
 *
 * @param directory the stack's directory, {@link stackDirectory} by default
 * @returns the state, or undefined where no stack is up
 * @throws OperatorError `STACK_STATE_INVALID` when the file is there but is none of ours
 */
export function readStackState(directory: string = stackDirectory()): StackState | undefined {
  const file = path.join(directory, 'state.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new OperatorError('STACK_STATE_INVALID', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    return stackStateSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : messageOf(error);
    throw new OperatorError('STACK_STATE_INVALID', `${file} is no state of a stack: ${reason}`, {
      cause: error,
      exitCode: 2,
      next: 'Run `npm run stack -- down`, then `npm run stack -- up`.',
    });
  }
}
