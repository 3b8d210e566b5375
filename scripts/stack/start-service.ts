import { existsSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../settings/index.ts';
import type { Progress } from '../setup/progress.ts';
import { lastLines } from './log-tail.ts';
import { isAlive, markedProcesses, type ProcessIdentity, startDetached, stopProcesses } from './process.ts';
import type { Service, ServiceContext, StartContext } from './service.ts';
import { StackError } from './stack-error.ts';
import type { StateFile } from './state-file.ts';

const POLL_MS = 150;
const SHOWN_LINES = 25;
const ASK_LIMIT_MS = 10_000;
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
    await awaitReady(service, context, state, signal);
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

async function awaitReady(
  service: Service,
  context: ServiceContext,
  state: StateFile,
  signal: AbortSignal,
): Promise<void> {
  const limit = Date.now() + service.readyWithinMs;
  let reason = 'it has not answered';
  while (Date.now() < limit) {
    signal.throwIfAborted();
    if (!isAlive(state.current.services[service.name])) throw failure(service, context, 'ended while starting');
    try {
      if (await ask(service, context, signal)) return;
    } catch (error) {
      signal.throwIfAborted();
      reason = messageOf(error);
    }
    await delay(POLL_MS, undefined, { signal });
  }
  throw failure(service, context, `was not ready within ${service.readyWithinMs / 1000} s (${reason})`);
}

/** Asks once, with a limit: true, false, or why not. */
export async function ask(service: Service, context: ServiceContext, signal: AbortSignal): Promise<boolean> {
  return await service.isReady(context, AbortSignal.any([signal, AbortSignal.timeout(ASK_LIMIT_MS)]));
}

function failure(service: Service, context: ServiceContext, what: string): StackError {
  const log = context.layout.log(service.name);
  return new StackError(`${service.name} ${what}; the end of its log:\n${lastLines(log, SHOWN_LINES).join('\n')}`, {
    next: `The whole log is ${log}`,
  });
}

function portList(service: Service, context: ServiceContext): string {
  const ports = Object.entries(context.ports[service.name] ?? {});
  return ports.map(([name, port]) => `127.0.0.1:${port} (${name})`).join(', ');
}

/** Stops services in order: those that use others first. */
export async function stopServices(state: StateFile, stack: string, names: readonly string[]): Promise<void> {
  const sparks = names.filter((name) => name.startsWith('spark-'));
  const others = names.filter((name) => !sparks.includes(name));
  for (const wave of [sparks, others]) {
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
