import { type Environment, ownEnvironment, readStackState, type StackState } from '../../settings/index.ts';
import type { StackLayout } from './layout.ts';
import { StackError } from './stack-error.ts';

const MODES = ['native', 'docker', 'external'] as const;
export type StackMode = StackState['mode'];

/** How the services are provided: by the stack that is up, else by the variable STACK, else natively. */
export function stackMode(layout: StackLayout, environment: Environment = ownEnvironment()): StackMode {
  const text = environment.STACK || undefined;
  const asked = MODES.find((name) => name === text);
  if (text !== undefined && asked === undefined) {
    throw new StackError(`STACK is '${text}', which is none of ${MODES.join(', ')}`, { exitCode: 2 });
  }
  const up = readStackState(layout.root)?.mode;
  if (up !== undefined && asked !== undefined && asked !== up) {
    throw new StackError(`STACK is '${asked}', but a stack of mode '${up}' is up`, {
      exitCode: 2,
      next: `Run \`STACK=${up} npm run stack -- down\` first.`,
    });
  }
  return up ?? asked ?? 'native';
}
