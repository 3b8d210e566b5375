import { existsSync, renameSync } from 'node:fs';
import type { Progress } from '../setup/progress.ts';
import { lastLines } from './log-tail.ts';
import { isAlive, markedProcesses, type ProcessIdentity, startDetached, stopProcesses } from './process.ts';
import { awaitReady } from './readiness.ts';
import { portList, type Service, type ServiceContext, type StartContext } from './service.ts';
import type { StateFile } from './state-file.ts';

const SHOWN_LINES = 25;
const STOP_LIMIT_MS = 20_000;

/**
 * Brings one service up: prepares it, starts it unless it runs, waits until it answers, furnishes it.
 *
 * @returns true when this call started it
 * @throws StackError with the end of its log when it ends or does not answer in time
 */
export async function bringUp(
  service: Service,
  context: StartContext,
  state: StateFile,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const running = isAlive(state.current.services[service.name]);
  const task = progress.task(service.name, running ? 'is running' : 'preparing');
  try {
    if (!running) {
      await start(service, context, state, signal);
      task.detail('starting');
    }
    const isRunning = () => isAlive(state.current.services[service.name]);
    await awaitReady(service, context, { isRunning, lastWords: () => logTail(service, context) }, signal);
    await service.furnish?.(context, signal);
    task.done(running ? 'was running, answers' : `ready on ${portList(service, context)}`);
    return !running;
  } finally {
    task.stop();
  }
}

async function start(service: Service, context: StartContext, state: StateFile, signal: AbortSignal): Promise<void> {
  const { layout } = context;
  // What a killed `up` or a crashed service left behind still holds its ports and files.
  await stopProcesses(markedProcesses(layout.root, service.name), STOP_LIMIT_MS);
  await service.prepare(context, signal);
  const command = await service.command(context);
  signal.throwIfAborted();
  const log = layout.log(service.name);
  const output = service.separateOutput ? layout.outputLog(service.name) : log;
  for (const path of new Set([log, output])) if (existsSync(path)) renameSync(path, `${path}.1`);
  const mark = { stack: layout.root, service: service.name };
  const identity = await startDetached(command, mark, { stdout: output, stderr: log });
  state.recordService(service.name, { ...identity, ports: { ...context.ports[service.name] }, log });
}

function logTail(service: Service, context: ServiceContext): string {
  const log = context.layout.log(service.name);
  return `the end of its log (${log}):\n${lastLines(log, SHOWN_LINES).join('\n')}`;
}

/** Stops services in order: those that use others first. */
export async function stopServices(state: StateFile, stack: string, names: readonly string[]): Promise<void> {
  const sparks = names.filter((name) => name.startsWith('spark-'));
  // A NodeManager takes its leave of the ResourceManager, and waits for one that has gone.
  const nodes: readonly string[] = names.filter((name) => name === 'nodemanager');
  const others = names.filter((name) => !sparks.includes(name) && !nodes.includes(name));
  for (const wave of [sparks, nodes, others]) {
    await Promise.all(
      wave.map(async (name) => {
        const recorded = state.current.services[name];
        const processes: ProcessIdentity[] = isAlive(recorded) ? [recorded] : [];
        await stopProcesses(processes, STOP_LIMIT_MS);
        await stopProcesses(markedProcesses(stack, name), STOP_LIMIT_MS);
        state.forgetService(name);
      }),
    );
  }
}
