import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf, type Service, type ServiceCommand, type ServiceContext, type StartContext } from '../service.ts';
import { configurationXml, coreSettings, hadoopJvm, writeHadoopConfiguration } from './hadoop-configuration.ts';
import { withoutSparkSettings } from './spark-environment.ts';

// Room for two Spark servers: an application master (896 MB) and an executor (1,408 MB) each.
const NODE_MEMORY_MB = 4_864;

/** YARN's ResourceManager; configuration shared with NodeManager and Spark through `data/yarn`. */
export const resourcemanager: Service = {
  name: 'resourcemanager',
  portNames: ['rpc', 'scheduler', 'tracker', 'admin', 'web'],
  after: ['namenode'],
  readyWithinMs: 60_000,
  prepare: writeConfiguration,
  command: (context) => yarnCommand(context, 'resourcemanager.ResourceManager'),
  isReady: async (context, signal) => (await activeNodes(context, signal)) !== undefined,
  environment: () => ({}),
  links: (context) => ({ yarnUi: `http://${addressOf(context, 'resourcemanager', 'web')}` }),
};

/** YARN's only NodeManager: Spark's executors are its children. */
export const nodemanager: Service = {
  name: 'nodemanager',
  portNames: ['rpc', 'localizer', 'web'],
  after: ['resourcemanager', 'datanode'],
  readyWithinMs: 60_000,
  prepare: writeConfiguration,
  command: (context) => yarnCommand(context, 'nodemanager.NodeManager'),
  // A node that has just died counts as active for ten minutes: it must answer itself, too.
  async isReady(context, signal) {
    const node = await fetch(`http://${addressOf(context, 'nodemanager', 'web')}/ws/v1/node/info`, { signal });
    return node.ok && (await activeNodes(context, signal)) === 1;
  },
  environment: () => ({}),
  links: () => ({}),
};

/** Whether a service's name is one of YARN's. */
export function isOfYarn(name: string): boolean {
  return name === resourcemanager.name || name === nodemanager.name;
}

/** Whether the stack's Spark servers run on YARN. */
export function isOnYarn(context: Pick<ServiceContext, 'selected'>): boolean {
  return context.selected.has('resourcemanager');
}

/** Where Spark finds YARN and HDFS: its HADOOP_CONF_DIR. */
export function yarnConfiguration(context: Pick<ServiceContext, 'layout'>): string {
  return join(context.layout.folder('yarn'), 'conf');
}

async function activeNodes(context: ServiceContext, signal: AbortSignal): Promise<number | undefined> {
  const address = addressOf(context, 'resourcemanager', 'web');
  const response = await fetch(`http://${address}/ws/v1/cluster/metrics`, { signal });
  // Hadoop's documentation has the metrics one level deeper; the JSON writer of this build leaves it out.
  const answer = (await response.json()) as { activeNodes?: number; clusterMetrics?: { activeNodes: number } };
  return answer.clusterMetrics?.activeNodes ?? answer.activeNodes;
}

async function yarnCommand(context: StartContext, mainClass: string): Promise<ServiceCommand> {
  const folder = context.layout.folder('yarn');
  const { java, hadoopJars, yarnJars } = context.installation;
  const [service = ''] = mainClass.split('.');
  const classPath = [yarnConfiguration(context), `${hadoopJars}/*`, `${yarnJars}/*`];
  return {
    file: java.program,
    args: [...hadoopJvm(service, folder, classPath), `org.apache.hadoop.yarn.server.${mainClass}`],
    cwd: folder,
    // Containers inherit it: the application's master starts the Java that is named here.
    env: { ...withoutSparkSettings(process.env), JAVA_HOME: java.home },
  };
}

async function writeConfiguration(context: ServiceContext): Promise<void> {
  const folder = context.layout.folder('yarn');
  const configuration = yarnConfiguration(context);
  const yarn = {
    'yarn.resourcemanager.hostname': '127.0.0.1',
    'yarn.resourcemanager.address': addressOf(context, 'resourcemanager', 'rpc'),
    'yarn.resourcemanager.scheduler.address': addressOf(context, 'resourcemanager', 'scheduler'),
    'yarn.resourcemanager.resource-tracker.address': addressOf(context, 'resourcemanager', 'tracker'),
    'yarn.resourcemanager.admin.address': addressOf(context, 'resourcemanager', 'admin'),
    'yarn.resourcemanager.webapp.address': addressOf(context, 'resourcemanager', 'web'),
    'yarn.nodemanager.hostname': '127.0.0.1',
    'yarn.nodemanager.address': addressOf(context, 'nodemanager', 'rpc'),
    'yarn.nodemanager.localizer.address': addressOf(context, 'nodemanager', 'localizer'),
    'yarn.nodemanager.webapp.address': addressOf(context, 'nodemanager', 'web'),
    'yarn.nodemanager.local-dirs': join(folder, 'local'),
    'yarn.nodemanager.log-dirs': join(folder, 'containers'),
    'yarn.nodemanager.resource.memory-mb': String(NODE_MEMORY_MB),
    'yarn.nodemanager.resource.cpu-vcores': '8',
    'yarn.scheduler.minimum-allocation-mb': '64',
    'yarn.scheduler.maximum-allocation-mb': String(NODE_MEMORY_MB),
    // Each JVM has a limit of its own; YARN's accounting would count shared pages twice.
    'yarn.nodemanager.pmem-check-enabled': 'false',
    'yarn.nodemanager.vmem-check-enabled': 'false',
    // YARN calls a disk that is 90 % full sick, and then offers no node at all.
    'yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage': '99',
    'yarn.nodemanager.delete.debug-delay-sec': '0',
  };
  const scheduler = {
    'yarn.scheduler.capacity.root.queues': 'default',
    'yarn.scheduler.capacity.root.default.capacity': '100',
    // By default a tenth of the memory: too little for two application masters on one small node.
    'yarn.scheduler.capacity.maximum-am-resource-percent': '0.6',
    'yarn.scheduler.capacity.resource-calculator': 'org.apache.hadoop.yarn.util.resource.DefaultResourceCalculator',
  };
  for (const name of ['tmp', 'local', 'containers']) await mkdir(join(folder, name), { recursive: true });
  // The web pages are not in the jars that we have, but their folders must be there.
  for (const name of ['cluster', 'node']) await mkdir(join(configuration, 'webapps', name), { recursive: true });
  const core = coreSettings(context, join(folder, 'tmp'));
  await writeHadoopConfiguration(configuration, { core, hdfs: { 'dfs.replication': '1' }, yarn });
  await writeFile(join(configuration, 'capacity-scheduler.xml'), configurationXml(scheduler));
}
