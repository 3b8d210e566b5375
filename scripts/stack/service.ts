import type { Installation } from '../setup/index.ts';
import type { Jit } from './java-flags.ts';
import type { StackLayout } from './layout.ts';
import type { Secrets } from './secrets.ts';

/** The ports of every service by service and port name, planned before anything starts. */
export type PortPlan = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a service's file is given. */
export interface ServiceContext {
  readonly layout: StackLayout;
  readonly ports: PortPlan;
  readonly secrets: Secrets;
  /** Names of all the services that are up or being started. */
  readonly selected: ReadonlySet<string>;
}

/** What it is given for a start: the installed programs as well. */
export interface StartContext extends ServiceContext {
  readonly installation: Installation;
  readonly jit: Jit;
  /** A file into which Spark's JVM writes its classes when it ends; only for making that. */
  readonly recordedClasses?: string;
  /** For the tools that prepare a service: marks them, so that nothing survives a killed `up`. */
  readonly toolEnvironment: NodeJS.ProcessEnv;
}

/** A program to start. */
export interface ServiceCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A service of the stack: how to prepare, start and ask it. One file in services/ each. */
export interface Service {
  readonly name: string;
  /** Its ports by meaning, e.g. `sql`. */
  readonly portNames: readonly string[];
  /** Services that must be ready before this one is started. */
  readonly after: readonly string[];
  readonly readyWithinMs: number;
  /** What it prints for people: true gives standard output a log of its own (`<name>.out.log`). */
  readonly separateOutput?: boolean;
  /** Writes configuration and first-time data. Runs before every start. */
  prepare(context: StartContext, signal: AbortSignal): Promise<void>;
  command(context: StartContext): Promise<ServiceCommand>;
  /** Asks the service itself; throws or resolves to false while it is not ready. */
  isReady(context: ServiceContext, signal: AbortSignal): Promise<boolean>;
  /** What has to be there once the service answers (a topic, a folder). Idempotent. */
  furnish?(context: ServiceContext, signal: AbortSignal): Promise<unknown>;
  /** Settings of its users. */
  environment(context: ServiceContext): Readonly<Record<string, string>>;
  /** Addresses and files for people. */
  links(context: ServiceContext): Readonly<Record<string, string>>;
}

/** The port called `portName` of `service`. */
export function portOf(context: Pick<ServiceContext, 'ports'>, service: string, portName: string): number {
  const port = context.ports[service]?.[portName];
  if (port === undefined) throw new Error(`no port '${portName}' was planned for ${service}`);
  return port;
}

/** `127.0.0.1:20001 (sql), …` for people. */
export function portList(service: Service, context: Pick<ServiceContext, 'ports'>): string {
  const ports = Object.entries(context.ports[service.name] ?? {});
  return ports.map(([name, port]) => `127.0.0.1:${port} (${name})`).join(', ');
}

/** `127.0.0.1:<port>` */
export function addressOf(context: Pick<ServiceContext, 'ports'>, service: string, portName: string): string {
  return `127.0.0.1:${portOf(context, service, portName)}`;
}
