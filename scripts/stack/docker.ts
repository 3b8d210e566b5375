import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { setUpGeneratedCode } from '../setup/index.ts';
import { runTool, tryTool } from '../setup/tool.ts';
import { allServices } from './catalogue.ts';
import { certificateFiles, provideCertificates } from './certificates.ts';
import { describeStack } from './describe.ts';
import { type StackLayout, stackLayout } from './layout.ts';
import { awaitReady } from './readiness.ts';
import { loadSecrets } from './secrets.ts';
import { portList, type Service, type ServiceContext } from './service.ts';
import { isOfYarn } from './services/yarn.ts';
import { StackError } from './stack-error.ts';
import { StateFile } from './state-file.ts';
import { planAndTell, type UpOptions } from './up.ts';

const SPARK = '4.1.1';
// Images are pulled, and Spark resolves its Kafka connector, on the first start.
const READY_WITHIN_MS = 300_000;

/**
 * Starts compose.yaml with ports and passwords of ours, then asks the same questions as natively. The caller holds the
 * stack's lock.
 */
export async function upDocker({ sparks, only, jit, withYarn, progress, signal }: UpOptions): Promise<void> {
  if (only !== undefined || jit !== undefined || withYarn || sparks.some((version) => version !== SPARK)) {
    throw new StackError(
      `STACK=docker starts the whole of compose.yaml with Spark ${SPARK}: no --only, --jit or --yarn, no other --spark`,
      {
        exitCode: 2,
      },
    );
  }
  if ((await tryTool({ file: 'docker', args: ['compose', 'version'], signal })) === undefined) {
    throw new StackError('STACK=docker needs Docker with its compose plugin: `docker compose version` failed', {
      exitCode: 2,
      next: 'Install it, or leave STACK unset: the native stack needs no containers.',
    });
  }
  await setUpGeneratedCode({ progress, signal });
  const layout = stackLayout();
  await mkdir(layout.root, { recursive: true, mode: 0o700 });
  const state = StateFile.open(layout, 'docker');
  const services = dockerServices();
  const running = new Set(Object.keys(state.current.services));
  const selected = new Set(services.map(({ name }) => name));
  const ports = await planAndTell(layout, services, running, progress);
  const context: ServiceContext = { layout, ports, secrets: loadSecrets(layout), selected };
  await writeFiles(context, signal);
  state.update((current) => ({
    ...current,
    ...describeStack(services, context, [SPARK]),
    services: Object.fromEntries(services.map(({ name }) => [name, { ports: { ...ports[name] } }])),
  }));

  progress.line('docker', 'docker compose up: images are pulled the first time');
  await compose(context, ['up', '--detach', '--build'], signal, (line) => progress.line('docker', line));
  await Promise.all(
    services.map(async (service) => {
      const watch = { isRunning: () => true, lastWords: () => `see \`docker compose logs ${service.name}\`` };
      await awaitReady({ ...service, readyWithinMs: READY_WITHIN_MS }, context, watch, signal);
      await service.furnish?.(context, signal);
      progress.line(service.name, `ready on ${portList(service, context)}`);
    }),
  );
}

/** Stops and removes the containers; the volumes only with `wipe`. */
export async function downDocker(layout: StackLayout, wipe: boolean, signal: AbortSignal | undefined): Promise<number> {
  const state = StateFile.open(layout, 'docker');
  const services = Object.entries(state.current.services);
  const ports = Object.fromEntries(services.map(([name, record]) => [name, record.ports]));
  const context = { layout, ports, secrets: loadSecrets(layout), selected: new Set(Object.keys(ports)) };
  await compose(context, ['down', ...(wipe ? ['--volumes'] : [])], signal);
  state.remove();
  return services.length;
}

/** Every variable of compose.yaml. A port is `<SERVICE>_<PORT>`. */
export function composeEnvironment(context: ServiceContext): Record<string, string> {
  const variables: Record<string, string> = {
    STACK_FILES: context.layout.folder('docker'),
    DATABASE_ROOT_PASSWORD: context.secrets.databaseRootPassword,
  };
  for (const [service, ports] of Object.entries(context.ports)) {
    for (const [portName, port] of Object.entries(ports)) {
      variables[`${service}_${portName}`.toUpperCase().replace(/[^A-Z0-9]/g, '_')] = String(port);
    }
  }
  return variables;
}

/** The services that compose.yaml defines, under the same names. */
export function dockerServices(): Service[] {
  const isThere = (name: string) => (name.startsWith('spark-') ? name === `spark-${SPARK}` : !isOfYarn(name));
  return allServices().filter(({ name }) => isThere(name));
}

async function compose(
  context: ServiceContext,
  args: readonly string[],
  signal: AbortSignal | undefined,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  await runTool({
    file: 'docker',
    args: ['compose', '--file', join(PROJECT_ROOT, 'compose.yaml'), '--progress', 'plain', ...args],
    env: { ...process.env, ...composeEnvironment(context) },
    signal,
    onLine,
  });
}

/** What the containers mount: the database's certificates and account. */
async function writeFiles(context: ServiceContext, signal: AbortSignal): Promise<void> {
  const folder = context.layout.folder('docker');
  const tls = join(context.layout.folder('mariadb'), 'tls');
  await mkdir(join(folder, 'tls'), { recursive: true });
  await mkdir(context.layout.folder('mariadb'), { recursive: true });
  await provideCertificates(tls, signal);
  const { authority, certificate, key } = certificateFiles(tls);
  const mounted = certificateFiles(join(folder, 'tls'));
  await runTool({ file: 'cp', args: [authority, certificate, key, join(folder, 'tls')], signal });
  // MySQL in its container is another user; the stack's own folder keeps everybody else on this machine out.
  await chmod(mounted.key, 0o644);
  const accounts = ['127.0.0.1', 'localhost'].map(
    (host) => `CREATE USER 'health'@'${host}' IDENTIFIED BY '${context.secrets.databasePassword}' REQUIRE SSL;
GRANT ALL PRIVILEGES ON \`health%\`.* TO 'health'@'${host}';
`,
  );
  await writeFile(join(folder, 'accounts.sql'), `CREATE DATABASE IF NOT EXISTS health;\n${accounts.join('')}`);
}
