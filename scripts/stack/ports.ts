import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { writeAtomically } from './atomic-file.ts';
import type { StackLayout } from './layout.ts';
import type { PortPlan } from './service.ts';

// Below the range from which Linux takes the ports of outgoing connections (32768 upwards): one of those could hold
// a service's port just when it starts again.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** A service's need of ports. */
export interface PortRequest {
  readonly service: string;
  readonly portNames: readonly string[];
  /** True when the service is running: its ports are its own and not asked for. */
  readonly running: boolean;
}

/** A port that had to change since the last `up`: addresses in data written earlier are wrong from now on. */
export interface MovedPort {
  readonly service: string;
  readonly portName: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Gives every service its ports: those of the previous `up` wherever they are free, since checkpoints and file lists
 * on HDFS hold them, else the next free ones from a place that depends on the stack's folder.
 */
export async function planPorts(
  layout: Pick<StackLayout, 'root' | 'ports'>,
  requests: readonly PortRequest[],
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<{ plan: PortPlan; moved: readonly MovedPort[] }> {
  const kept = readPorts(layout);
  const plan: Record<string, Record<string, number>> = structuredClone(kept);
  const taken = new Set(Object.values(kept).flatMap((ports) => Object.values(ports)));
  const moved: MovedPort[] = [];
  let candidate = startingPort(layout.root);

  const nextFree = async () => {
    for (let tried = 0; tried < HIGHEST - LOWEST; tried += 1) {
      const port = candidate;
      candidate = candidate + 1 >= HIGHEST ? LOWEST : candidate + 1;
      if (!taken.has(port) && (await isFree(port))) return port;
    }
    throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
  };

  for (const { service, portNames, running } of requests) {
    const ports = plan[service] ?? {};
    for (const portName of portNames) {
      const previous = ports[portName];
      if (previous !== undefined && (running || (await isFree(previous)))) continue;
      const port = await nextFree();
      taken.add(port);
      ports[portName] = port;
      if (previous !== undefined) moved.push({ service, portName, from: previous, to: port });
    }
    plan[service] = ports;
  }
  writeAtomically(layout.ports, `${JSON.stringify(plan, null, 2)}\n`);
  return { plan, moved };
}

function readPorts(layout: Pick<StackLayout, 'ports'>): Record<string, Record<string, number>> {
  return existsSync(layout.ports) ? JSON.parse(readFileSync(layout.ports, 'utf8')) : {};
}

/** Two checkouts on one machine start looking at different places. */
function startingPort(root: string): number {
  return LOWEST + (createHash('sha256').update(root).digest().readUInt32BE() % (HIGHEST - LOWEST));
}

/** True when the port can be bound on 127.0.0.1. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
