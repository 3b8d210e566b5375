import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { selectServices } from '../../../scripts/stack/catalogue.ts';
import type { Jit } from '../../../scripts/stack/java-flags.ts';
import { stackLayout } from '../../../scripts/stack/layout.ts';
import type { StartContext } from '../../../scripts/stack/service.ts';
import { resourcemanager } from '../../../scripts/stack/services/yarn.ts';

describe('the start of Spark, locally and on YARN', () => {
  const root = mkdtempSync(join(tmpdir(), 'instant-health-yarn-unit-'));
  const services = selectServices({ sparks: ['4.1.1'], only: ['spark'], withYarn: true });
  const context = (names: readonly string[], jit: Jit = 'quick'): StartContext => ({
    jit,
    layout: stackLayout(root),
    ports: Object.fromEntries(
      services.map(({ name, portNames }, index) => [
        name,
        Object.fromEntries(portNames.map((port, at) => [port, 20_000 + index * 10 + at])),
      ]),
    ),
    secrets: { databaseRootPassword: '', databasePassword: '', kafkaClusterId: '' },
    selected: new Set(names),
    toolEnvironment: {},
    installation: {
      java: { home: '/java', program: '/java/bin/java' } as StartContext['installation']['java'],
      kafkaJars: '/kafka',
      hadoopJars: '/hadoop',
      yarnJars: '/yarn',
      mariadb: '/mariadb',
      sparks: new Map([
        ['4.1.1', { version: '4.1.1', sparkHome: '/spark', python: '/python', extraJars: ['/jars/kafka.jar'] }],
      ]),
    },
  });

  after(() => rmSync(root, { recursive: true }));

  const commandOf = async (names: readonly string[], jit?: Jit) => {
    const spark = services.find(({ name }) => name === 'spark-4.1.1');
    const command = await spark?.command(context(names, jit));
    return { line: command?.args.join(' ') ?? '', environment: command?.env ?? {} };
  };

  it('brings HDFS along, which YARN keeps its files on, and starts Spark after its NodeManager', () => {
    expect(services.map(({ name }) => name)).to.deep.equal([
      'namenode',
      'datanode',
      'resourcemanager',
      'nodemanager',
      'spark-4.1.1',
    ]);
    expect(services.at(-1)?.after).to.deep.equal(['nodemanager']);
  });

  it('runs Spark on YARN only where YARN is part of the stack', async () => {
    const onYarn = await commandOf(services.map(({ name }) => name));
    expect(onYarn.line).to.include('--master yarn').and.include('--jars local:/jars/kafka.jar');
    expect(onYarn.environment.HADOOP_CONF_DIR).to.equal(join(root, 'data', 'yarn', 'conf'));
    const local = await commandOf(['spark-4.1.1']);
    expect(local.line)
      .to.include('--master local[6]')
      .and.include('--jars /jars/kafka.jar')
      .and.not.include('spark.yarn');
    expect(local.environment).not.to.have.property('HADOOP_CONF_DIR');
  });

  it('leaves the second compiler out unless it is asked for', async () => {
    expect((await commandOf(['spark-4.1.1'])).line).to.include('-XX:TieredStopAtLevel=1');
    expect((await commandOf(['spark-4.1.1'], 'full')).line).not.to.include('TieredStopAtLevel');
  });

  it('reads classes from an archive where there is one, or writes one', async () => {
    const spark = services.find(({ name }) => name === 'spark-4.1.1');
    const plain = context(['spark-4.1.1']);
    const lineOf = async (changed: Partial<StartContext>) =>
      (await spark?.command({ ...plain, ...changed }))?.args.join(' ');
    expect(await lineOf({})).not.to.match(/Archive/);
    const installed = plain.installation.sparks.get('4.1.1');
    if (installed === undefined) throw new Error('no Spark');
    const sparks = new Map([['4.1.1' as const, { ...installed, classArchive: '/a cache/classes.jsa' }]]);
    const installation = { ...plain.installation, sparks };
    expect(await lineOf({ installation })).to.include('"-XX:SharedArchiveFile=/a cache/classes.jsa"');
    const recording = await lineOf({ installation, recordedClasses: '/new.jsa' });
    expect(recording).to.include('"-XX:ArchiveClassesAtExit=/new.jsa"').and.not.include('SharedArchiveFile');
  });

  it("marks Spark's containers as the stack's, so that `down` finds them", async () => {
    const { line } = await commandOf(services.map(({ name }) => name));
    for (const prefix of ['spark.executorEnv', 'spark.yarn.appMasterEnv'])
      expect(line).to.include(`${prefix}.INSTANT_HEALTH_STACK_SERVICE=${root}:spark-4.1.1`);
  });

  it('listens on the loopback alone', async () => {
    await resourcemanager.prepare(context(services.map(({ name }) => name)), AbortSignal.timeout(1_000));
    const text = readFileSync(join(root, 'data', 'yarn', 'conf', 'yarn-site.xml'), 'utf8');
    const addresses = [...text.matchAll(/(?:address|hostname)<\/name><value>([^<]*)/g)].map(([, value]) => value);
    expect(addresses).to.have.length(10);
    for (const address of addresses) expect(address).to.match(/^127\.0\.0\.1(:\d+)?$/);
  });
});
