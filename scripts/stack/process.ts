import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTicksOf } from '../process-lock.mjs';
import type { ServiceCommand } from './service.ts';

const POLL_MS = 50;

/** What is killed is gone when the kernel has taken it apart: on a busy machine seconds after the signal. */
const KILL_LIMIT_MS = 30_000;

/** In the environment of every process of a stack, its children included; the value is `<stack folder>:<service>`. */
const MARK = 'INSTANT_HEALTH_STACK_SERVICE';

/** A process environment with the stack's mark in it. */
export function markedEnvironment(
  stack: string,
  service: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...environment, [MARK]: markOf(stack, service) };
}

/** One process for good: the kernel reuses pids, but not together with the moment of the start. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
}

/** Where a service's output goes; both may be one file. */
export interface OutputFiles {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts a program in a process group of its own, so that it outlives this command and its terminal.
 *
 * @throws Error when it cannot be started
 */
export async function startDetached(
  command: ServiceCommand,
  mark: { readonly stack: string; readonly service: string },
  files: OutputFiles,
): Promise<ProcessIdentity> {
  for (const path of [files.stdout, files.stderr]) mkdirSync(dirname(path), { recursive: true });
  const stdout = openSync(files.stdout, 'a');
  const stderr = openSync(files.stderr, 'a');
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: markedEnvironment(mark.stack, mark.service, command.env),
      stdio: ['ignore', stdout, stderr],
      detached: true,
    });
    // 'spawn' or 'error' comes on the next tick; the pid is there at once.
    const started = new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const pid = child.pid;
    const startTicks = pid === undefined ? undefined : startTicksOf(pid);
    await started;
    child.unref();
    if (pid === undefined || startTicks === undefined) throw new Error(`${command.file} ended at once`);
    return { pid, startTicks };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

/** True while exactly this process runs. */
export function isAlive<T extends { pid?: number | undefined; startTicks?: string | undefined }>(
  identity: T | undefined,
): identity is T & ProcessIdentity {
  if (identity?.pid === undefined || identity.startTicks === undefined) return false;
  return startTicksOf(identity.pid) === identity.startTicks;
}

/** Resident memory in bytes, or undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/**
 * Every process of a stack by the mark in its environment. Finds what the state file does not name: children that
 * outlived their service, and a service whose start was cut off before it could be written down.
 *
 * @param service only this service's
 */
export function markedProcesses(stack: string, service?: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  const wanted = service === undefined ? `${MARK}=${markOf(stack, '')}` : `${MARK}=${markOf(stack, service)}\0`;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const startTicks = startTicksOf(pid);
    if (startTicks === undefined || !`\0${readEnvironment(pid)}\0`.includes(`\0${wanted}`)) continue;
    found.push({ pid, startTicks });
  }
  return found;
}

/** SIGTERM, SIGKILL after a limit (at once with 0), and the wait until all of them are gone. */
export async function stopProcesses(identities: readonly ProcessIdentity[], limitMs: number): Promise<void> {
  const signalAlive = (signal: NodeJS.Signals) => {
    for (const identity of identities) if (isAlive(identity)) send(identity.pid, signal);
  };
  signalAlive('SIGTERM');
  if (await allGone(identities, limitMs)) return;
  signalAlive('SIGKILL');
  if (await allGone(identities, KILL_LIMIT_MS)) return;
  const left = identities.filter(isAlive).map(({ pid }) => pid);
  throw new Error(`processes ${left.join(', ')} did not end after SIGKILL`);
}

async function allGone(identities: readonly ProcessIdentity[], limitMs: number): Promise<boolean> {
  const limit = Date.now() + limitMs;
  while (identities.some(isAlive)) {
    if (Date.now() > limit) return false;
    await delay(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // Another user's process, or one that has just ended.
    return '';
  }
}

function markOf(stack: string, service: string): string {
  return `${stack}:${service}`;
}
