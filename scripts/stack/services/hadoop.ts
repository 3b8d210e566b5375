import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../../setup/tool.ts';
import { addressOf, type Service, type ServiceCommand, type ServiceContext, type StartContext } from '../service.ts';
import { coreSettings, hadoopJvm, hdfsUrl, writeHadoopConfiguration } from './hadoop-configuration.ts';

const HOME = '/user/hadoop/instant-health';

/** HDFS's NameNode; its name folder and configuration are shared with the DataNode through `data/hdfs`. */
export const namenode: Service = {
  name: 'namenode',
  portNames: ['rpc', 'http'],
  after: [],
  readyWithinMs: 60_000,

  async prepare(context, signal) {
    await writeConfiguration(context);
    const { names } = places(context);
    if (existsSync(names)) return;
    const temporary = `${names}.new`;
    await rm(temporary, { recursive: true, force: true });
    await runTool({
      file: context.installation.java.program,
      args: [
        ...jvm(context, 'format'),
        'org.apache.hadoop.hdfs.server.namenode.NameNode',
        `-Ddfs.namenode.name.dir=file://${temporary}`,
        '-format',
        '-nonInteractive',
      ],
      cwd: places(context).folder,
      env: context.toolEnvironment,
      signal,
    });
    await rename(temporary, names);
  },

  command: (context) => hadoopCommand(context, 'namenode', 'org.apache.hadoop.hdfs.server.namenode.NameNode'),

  async isReady(context, signal) {
    const state = await nameNodeState(context, signal);
    return state.FSState === 'Operational' || typeof state.NumLiveDataNodes === 'number';
  },

  environment(context) {
    return {
      HDFS_URL: hdfsUrl(context),
      WEBHDFS_URL: `http://${addressOf(context, 'namenode', 'http')}`,
    };
  },

  links: (context) => ({ hdfsUi: `http://${addressOf(context, 'namenode', 'http')}` }),
};

/** HDFS's only DataNode. */
export const datanode: Service = {
  name: 'datanode',
  portNames: ['data', 'ipc', 'http'],
  after: ['namenode'],
  readyWithinMs: 60_000,

  async prepare(context) {
    await writeConfiguration(context);
    await mkdir(places(context).blocks, { recursive: true, mode: 0o700 });
  },

  command: (context) => hadoopCommand(context, 'datanode', 'org.apache.hadoop.hdfs.server.datanode.DataNode'),

  async isReady(context, signal) {
    const state = await nameNodeState(context, signal);
    if (state.NumLiveDataNodes !== 1 || state.FSState !== 'Operational') return false;
    // The NameNode takes one that has died for alive for ten minutes more: the DataNode itself must have registered.
    const [info] = await managementBeans(addressOf(context, 'datanode', 'http'), 'DataNode,name=DataNodeInfo', signal);
    return /"ActorState":"RUNNING"/.test(String(info?.BPServiceActorInfo));
  },

  // Jobs may run as another user than the one who started HDFS.
  async furnish(context, signal) {
    await webHdfs(context, `${HOME}?op=MKDIRS&permission=777`, signal);
    for (const folder of ['/user', '/user/hadoop', HOME]) {
      await webHdfs(context, `${folder}?op=SETPERMISSION&permission=777`, signal);
    }
    await webHdfs(context, '/tmp?op=MKDIRS&permission=1777', signal);
  },

  environment: () => ({}),
  links: () => ({}),
};

async function nameNodeState(context: ServiceContext, signal: AbortSignal): Promise<Record<string, unknown>> {
  const [bean] = await managementBeans(
    addressOf(context, 'namenode', 'http'),
    'NameNode,name=FSNamesystemState',
    signal,
  );
  return bean ?? {};
}

async function managementBeans(address: string, name: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  const response = await fetch(`http://${address}/jmx?qry=Hadoop:service=${name}`, { signal });
  const { beans } = (await response.json()) as { beans: Record<string, unknown>[] };
  return beans;
}

async function webHdfs(context: ServiceContext, pathAndQuery: string, signal: AbortSignal): Promise<void> {
  const address = addressOf(context, 'namenode', 'http');
  const url = `http://${address}/webhdfs/v1${pathAndQuery}&user.name=${encodeURIComponent(userInfo().username)}`;
  const response = await fetch(url, { method: 'PUT', signal });
  if (!response.ok) throw new Error(`HDFS refused ${pathAndQuery}: ${await response.text()}`);
}

async function hadoopCommand(context: StartContext, service: string, mainClass: string): Promise<ServiceCommand> {
  return {
    file: context.installation.java.program,
    args: [...jvm(context, service), mainClass],
    cwd: places(context).folder,
  };
}

function places(context: ServiceContext) {
  const folder = context.layout.folder('hdfs');
  return { folder, configuration: join(folder, 'conf'), names: join(folder, 'names'), blocks: join(folder, 'blocks') };
}

function jvm(context: StartContext, service: string): string[] {
  const { folder, configuration } = places(context);
  return hadoopJvm(service, folder, [configuration, `${context.installation.hadoopJars}/*`]);
}

async function writeConfiguration(context: ServiceContext): Promise<void> {
  const { folder, configuration, names, blocks } = places(context);
  const hdfs = {
    'dfs.replication': '1',
    'dfs.namenode.name.dir': `file://${names}`,
    'dfs.datanode.data.dir': `file://${blocks}`,
    'dfs.namenode.rpc-address': addressOf(context, 'namenode', 'rpc'),
    'dfs.namenode.http-address': addressOf(context, 'namenode', 'http'),
    'dfs.datanode.address': addressOf(context, 'datanode', 'data'),
    'dfs.datanode.ipc.address': addressOf(context, 'datanode', 'ipc'),
    'dfs.datanode.http.address': addressOf(context, 'datanode', 'http'),
    'dfs.datanode.hostname': '127.0.0.1',
    'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
    'dfs.webhdfs.enabled': 'true',
    'dfs.namenode.safemode.extension': '0',
  };
  await mkdir(join(folder, 'tmp'), { recursive: true });
  await writeHadoopConfiguration(configuration, { core: coreSettings(context, join(folder, 'tmp')), hdfs });
}
