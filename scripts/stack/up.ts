import { type Installation, setUp } from '../setup/index.ts';
import type { Progress } from '../setup/progress.ts';
import { allServices, type Selection, selectServices, sparkVersionOf } from './catalogue.ts';
import { describeStack } from './describe.ts';
import type { Jit } from './java-flags.ts';
import { type StackLayout, stackLayout } from './layout.ts';
import { planPorts } from './ports.ts';
import { isAlive, markedEnvironment, markedProcesses, stopProcesses } from './process.ts';
import { loadSecrets } from './secrets.ts';
import type { PortPlan, Service, StartContext } from './service.ts';
import { isOfYarn } from './services/yarn.ts';
import { StackError } from './stack-error.ts';
import { requireFolderForHdfs } from './stack-folder.ts';
import { bringUp, stopServices } from './start-service.ts';
import { StateFile } from './state-file.ts';

/** The mark of tools that prepare services. */
const PREPARING = 'prepare';
const STOP_LIMIT_MS = 10_000;

export interface UpOptions extends Selection {
  /** How Spark's JVMs compile; as they did before where they run already, otherwise `quick`. */
  readonly jit?: Jit | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Starts what is missing of the native stack. The caller holds the stack's lock. */
export async function upNative(options: UpOptions): Promise<void> {
  const { sparks, progress, signal } = options;
  const layout = stackLayout();
  await stopProcesses(markedProcesses(layout.root, PREPARING), STOP_LIMIT_MS);
  const state = StateFile.open(layout, 'native');
  const withYarn = isForYarn(state, options.withYarn ?? false);
  const jit = jitOf(state, options.jit);
  const services = selectServices({ ...options, withYarn });
  requireFolderForHdfs(layout.root, services);
  const installation = await setUp({ sparkVersions: sparks, withYarn, progress, signal });

  const running = new Set(
    allServices()
      .map(({ name }) => name)
      .filter((name) => isAlive(state.current.services[name])),
  );
  const context = await makeContext(layout, installation, services, running, progress, jit);
  const members = allServices().filter(({ name }) => context.selected.has(name));
  state.update((current) => ({ ...current, ...describeStack(members, context, sparks), jit }));

  const started = new Set<string>();
  try {
    await startInOrder(services, async (service, stopped) => {
      started.add(service.name);
      if (!(await bringUp(service, context, state, progress, AbortSignal.any([signal, stopped])))) {
        started.delete(service.name);
      }
    });
  } catch (error) {
    progress.line('stack', 'stopping what this command has started');
    await stopServices(state, layout.root, [...started]);
    if (Object.keys(state.current.services).length === 0) state.remove();
    throw error;
  }
}

/** A stack that was begun on YARN goes on there; one whose Spark runs without it cannot be moved. */
function isForYarn(state: StateFile, asked: boolean): boolean {
  if (Object.keys(state.current.services).some(isOfYarn)) return true;
  const spark = runningSpark(state);
  if (!asked || spark === undefined) return asked;
  throw cannotChange(`${spark} runs without YARN`);
}

/** A JVM that runs compiles as it was started. */
function jitOf(state: StateFile, asked: Jit | undefined): Jit {
  const spark = runningSpark(state);
  if (spark === undefined) return asked ?? 'quick';
  const jit = state.current.jit ?? 'quick';
  if (asked === undefined || asked === jit) return jit;
  throw cannotChange(`${spark} runs with --jit ${jit}`);
}

function runningSpark(state: StateFile): string | undefined {
  const recorded = Object.entries(state.current.services);
  return recorded.find(([name, record]) => sparkVersionOf(name) !== undefined && isAlive(record))?.[0];
}

function cannotChange(fact: string): StackError {
  return new StackError(fact, {
    exitCode: 2,
    next: 'Run `npm run stack -- down` first, or set INSTANT_HEALTH_STACK_DIR to the folder of another stack.',
  });
}

async function makeContext(
  layout: StackLayout,
  installation: Installation,
  services: readonly Service[],
  running: ReadonlySet<string>,
  progress: Progress,
  jit: Jit,
): Promise<StartContext> {
  const ports = await planAndTell(layout, services, running, progress);
  const selected = new Set([...running, ...services.map(({ name }) => name)]);
  const toolEnvironment = markedEnvironment(layout.root, PREPARING);
  return { layout, installation, jit, toolEnvironment, ports, secrets: loadSecrets(layout), selected };
}

/** Plans the ports and says which ones could not stay. */
export async function planAndTell(
  layout: StackLayout,
  services: readonly Service[],
  running: ReadonlySet<string>,
  progress: Progress,
): Promise<PortPlan> {
  const requests = services.map(({ name, portNames }) => ({ service: name, portNames, running: running.has(name) }));
  const { plan, moved } = await planPorts(layout, requests);
  for (const { service, portName, from, to } of moved) {
    const effect = service === 'namenode' ? '; paths in older checkpoints name the old one' : '';
    progress.line(service, `port ${from} (${portName}) is taken by another program, using ${to}${effect}`);
  }
  return plan;
}

/** Starts all at once except those that wait for others; the first failure stops the rest. */
async function startInOrder(
  services: readonly Service[],
  start: (service: Service, stopped: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const starts = new Map<string, Promise<void>>();
  for (const service of services) {
    const begin = async () => {
      await Promise.all(service.after.map((name) => starts.get(name)));
      await start(service, stop.signal);
    };
    starts.set(
      service.name,
      begin().catch((error) => {
        // The first failure is the reason that the others end with.
        stop.abort(error);
        throw stop.signal.reason;
      }),
    );
  }
  const outcomes = await Promise.allSettled(starts.values());
  if (outcomes.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
}
