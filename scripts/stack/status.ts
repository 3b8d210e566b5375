import { readStackState, type StackState } from '../../settings/index.ts';
import { allServices } from './catalogue.ts';
import type { StackLayout } from './layout.ts';
import { isAlive, markedProcesses, residentBytes } from './process.ts';
import { ask } from './readiness.ts';
import { loadSecrets } from './secrets.ts';

const MEBIBYTE = 1024 * 1024;

export interface ServiceStatus {
  readonly name: string;
  readonly status: 'ready' | 'not answering' | 'down';
  readonly pid: number | undefined;
  readonly ports: Readonly<Record<string, number>>;
  /** Resident memory of the service with its children. */
  readonly residentMb: number;
}

export interface StackStatus {
  readonly mode: StackState['mode'] | undefined;
  readonly services: readonly ServiceStatus[];
  readonly residentMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly sparkRemotes: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

/** Asks every recorded service whether it answers. Passwords are masked. */
export async function stackStatus(layout: StackLayout, signal: AbortSignal): Promise<StackStatus> {
  const state = readStackState(layout.root);
  if (state === undefined) {
    return { mode: undefined, services: [], residentMb: 0, environment: {}, sparkRemotes: {}, links: {} };
  }
  const ports = Object.fromEntries(Object.entries(state.services).map(([name, record]) => [name, record.ports]));
  const services = allServices().filter(({ name }) => state.services[name] !== undefined);
  const context = { layout, ports, secrets: loadSecrets(layout), selected: new Set(Object.keys(ports)) };
  const statuses = await Promise.all(
    services.map(async (service): Promise<ServiceStatus> => {
      const { name } = service;
      const record = state.services[name];
      // Containers have no pid of ours; their service answers or does not.
      const alive = state.mode === 'native' ? isAlive(record) : true;
      const answers = alive && (await ask(service, context, signal).catch(() => false));
      const processes = state.mode === 'native' ? markedProcesses(layout.root, name) : [];
      const bytes = processes.reduce((sum, { pid }) => sum + (residentBytes(pid) ?? 0), 0);
      return {
        name,
        status: answers ? 'ready' : alive ? 'not answering' : 'down',
        pid: alive ? record?.pid : undefined,
        ports: ports[name] ?? {},
        residentMb: Math.round(bytes / MEBIBYTE),
      };
    }),
  );
  return {
    mode: state.mode,
    services: statuses,
    residentMb: statuses.reduce((sum, { residentMb }) => sum + residentMb, 0),
    environment: masked(state.environment),
    sparkRemotes: state.sparkRemotes,
    links: state.links,
  };
}

/** The status as a table for people. */
export function statusTable(status: StackStatus): string {
  if (status.mode === undefined) return 'No stack is up. Start one with `npm run stack -- up`.';
  const rows = status.services.map(({ name, status: word, pid, ports, residentMb }) => [
    name,
    word,
    pid === undefined ? '–' : String(pid),
    `${residentMb} MB`,
    Object.entries(ports)
      .map(([portName, port]) => `${portName} ${port}`)
      .join(', '),
  ]);
  const table = [['SERVICE', 'STATUS', 'PID', 'MEMORY', 'PORTS ON 127.0.0.1'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const links = Object.entries(status.links).map(([name, target]) => `${name.padEnd(13)} ${target}`);
  const remotes = Object.entries(status.sparkRemotes).map(
    ([version, remote]) => `Spark ${version.padEnd(7)} ${remote}`,
  );
  return [...lines, '', `${status.residentMb} MB resident in all`, '', ...remotes, ...links].join('\n');
}

function masked(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, name.endsWith('PASSWORD') ? '***' : value]),
  );
}
