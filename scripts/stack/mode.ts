import { StackError } from './stack-error.ts';

const MODES = ['native'] as const;
export type StackMode = (typeof MODES)[number];

/** STACK: how the services are provided. */
export function stackMode(environment: NodeJS.ProcessEnv = process.env): StackMode {
  const text = environment.STACK || 'native';
  const mode = MODES.find((name) => name === text);
  if (mode !== undefined) return mode;
  throw new StackError(`STACK is '${text}', which is none of ${MODES.join(', ')}`, { exitCode: 2 });
}
