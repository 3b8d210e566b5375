// One service of the native stack that is up: killed, frozen, and started again where it was, with its data.
import { setUp } from '../setup/index.ts';
import type { Progress } from '../setup/progress.ts';
import { allServices, sparkVersionOf } from './catalogue.ts';
import { type StackLayout, stackLayout } from './layout.ts';
import { isAlive, markedEnvironment, type ProcessIdentity, stopProcesses } from './process.ts';
import { loadSecrets } from './secrets.ts';
import type { Service } from './service.ts';
import { StackError } from './stack-error.ts';
import { bringUp } from './start-service.ts';
import { StateFile } from './state-file.ts';

const STOP_LIMIT_MS = 20_000;
const PREPARING = 'prepare';

/** Sends a signal to the process of a service, not to its children. */
export function signalService(name: string, signal: NodeJS.Signals, layout: StackLayout = stackLayout()): void {
  process.kill(runningProcess(name, layout).pid, signal);
}

/** Ends a service and waits until its process is gone: at once, or in good order. */
export async function endService(
  name: string,
  how: 'SIGKILL' | 'SIGTERM',
  layout: StackLayout = stackLayout(),
): Promise<void> {
  const identity = runningProcess(name, layout);
  if (how === 'SIGKILL') process.kill(identity.pid, 'SIGKILL');
  await stopProcesses([identity], STOP_LIMIT_MS);
}

/**
 * Starts a service that has ended, on the ports that it had, and waits until it answers.
 *
 * @throws StackError with the end of its log when it ends or does not answer in time
 */
export async function startService(
  name: string,
  { progress, signal, layout = stackLayout() }: { progress: Progress; signal: AbortSignal; layout?: StackLayout },
): Promise<void> {
  const state = StateFile.open(layout, 'native');
  const service = knownService(name, state);
  const recorded = Object.entries(state.current.services);
  const sparkVersions = recorded.flatMap(([other]) => sparkVersionOf(other) ?? []);
  const context = {
    layout,
    installation: await setUp({ sparkVersions, progress, signal }),
    toolEnvironment: markedEnvironment(layout.root, PREPARING),
    ports: Object.fromEntries(recorded.map(([other, { ports }]) => [other, ports])),
    jit: state.current.jit ?? 'quick',
    secrets: loadSecrets(layout),
    selected: new Set(recorded.map(([other]) => other)),
  };
  await bringUp(service, context, state, progress, signal);
}

function runningProcess(name: string, layout: StackLayout): ProcessIdentity {
  const state = StateFile.open(layout, 'native');
  knownService(name, state);
  const record = state.current.services[name];
  if (isAlive(record)) return record;
  throw new StackError(`${name} does not run`, { next: '`npm run stack -- up` starts it.' });
}

function knownService(name: string, state: StateFile): Service {
  const service = allServices().find((candidate) => candidate.name === name);
  if (service && state.current.mode === 'native' && state.current.services[name]) return service;
  const there = Object.keys(state.current.services).join(', ');
  if (there === '') throw new StackError('no stack is up', { exitCode: 2, next: '`npm run stack -- up` starts one.' });
  throw new StackError(`the native stack that is up has no service '${name}', but ${there}`, { exitCode: 2 });
}
