import { mkdirSync } from 'node:fs';
import { type Installation, type SparkVersion, setUp } from '../setup/index.ts';
import type { Progress } from '../setup/progress.ts';
import { allServices, preferredSpark, type Selectable, selectServices, sparkVersionOf } from './catalogue.ts';
import { type StackLayout, stackLayout } from './layout.ts';
import { planPorts } from './ports.ts';
import { isAlive, markedEnvironment, markedProcesses, stopProcesses } from './process.ts';
import { loadSecrets } from './secrets.ts';
import type { Service, ServiceContext, StartContext } from './service.ts';
import { sparkRemote } from './services/spark.ts';
import { StackError } from './stack-error.ts';
import { bringUp, stopServices } from './start-service.ts';
import { StateFile } from './state-file.ts';

/** The mark of tools that prepare services. */
const PREPARING = 'prepare';
const STOP_LIMIT_MS = 10_000;

export interface UpOptions {
  readonly sparks: readonly SparkVersion[];
  readonly only?: readonly Selectable[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Starts what is missing of the native stack. The caller holds the stack's lock. */
export async function upNative(options: UpOptions): Promise<void> {
  const { sparks, progress, signal } = options;
  const layout = stackLayout();
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  await stopProcesses(markedProcesses(layout.root, PREPARING), STOP_LIMIT_MS);
  const installation = await setUp({ sparkVersions: sparks, progress, signal });
  const state = StateFile.open(layout, 'native');
  refuseOtherMode(state);

  const running = new Set(
    allServices()
      .map(({ name }) => name)
      .filter((name) => isAlive(state.current.services[name])),
  );
  const services = selectServices(sparks, options.only);
  const context = await makeContext(layout, installation, services, running, progress);
  const members = allServices().filter(({ name }) => context.selected.has(name));
  state.update((current) => ({ ...current, ...describe(members, context, sparks) }));

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

function refuseOtherMode(state: StateFile): void {
  const { mode } = state.current;
  if (mode === 'native') return;
  throw new StackError(`a stack of mode ${mode} is up`, {
    next: `Run \`STACK=${mode} npm run stack -- down\` first.`,
    exitCode: 2,
  });
}

async function makeContext(
  layout: StackLayout,
  installation: Installation,
  services: readonly Service[],
  running: ReadonlySet<string>,
  progress: Progress,
): Promise<StartContext> {
  const requests = services.map(({ name, portNames }) => ({ service: name, portNames, running: running.has(name) }));
  const { plan, moved } = await planPorts(layout, requests);
  for (const { service, portName, from, to } of moved) {
    const effect = service === 'namenode' ? '; paths in older checkpoints name the old one' : '';
    progress.line(service, `port ${from} (${portName}) is taken by another program, using ${to}${effect}`);
  }
  const selected = new Set([...running, ...services.map(({ name }) => name)]);
  return {
    layout,
    installation,
    toolEnvironment: markedEnvironment(layout.root, PREPARING),
    ports: plan,
    secrets: loadSecrets(layout),
    selected,
  };
}

/** What the state file tells other commands. */
function describe(members: readonly Service[], context: ServiceContext, asked: readonly SparkVersion[]) {
  const sparks = members.flatMap(({ name }) => sparkVersionOf(name) ?? []);
  const preferred = preferredSpark(sparks, asked);
  // The default server comes last, so that its address and links win.
  const ordered = [...members].sort(
    (one, other) => Number(sparkVersionOf(one.name) === preferred) - Number(sparkVersionOf(other.name) === preferred),
  );
  return {
    environment: Object.assign({}, ...ordered.map((service) => service.environment(context))),
    sparkRemotes: Object.fromEntries(sparks.map((version) => [version, sparkRemote(context, version)])),
    links: Object.assign({}, ...ordered.map((service) => service.links(context))),
  };
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
