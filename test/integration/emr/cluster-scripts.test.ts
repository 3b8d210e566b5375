import { expect } from 'chai';
import { setUpAwsTools } from '../../../scripts/setup/aws-tools.ts';
import { EmrNode } from '../../helpers/emr-node.ts';
import { closedPort } from '../../helpers/tcp-proxy.ts';

const PACKAGES = 'org.apache.spark:spark-connect_2.12:3.5.8,software.amazon.msk:aws-msk-iam-auth:2.3.2';

describe("the cluster's scripts, in a directory laid out as an EMR node", () => {
  let node: EmrNode;

  beforeEach(async () => {
    node = await EmrNode.create((await setUpAwsTools()).python);
  });

  afterEach(async () => {
    await node.remove();
  });

  it('make a virtual environment once, and anew when its packages change', async () => {
    await node.withPython();
    const requirements = await node.file('requirements', '');
    const make = (file: string) => node.run('python-environment.sh', ['--requirements', file]);
    const first = await make(requirements);
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout).to.match(/ready in .*opt\/instant-health\/python/);
    expect((await make(requirements)).stdout).to.contain('already in place');
    const changed = await node.file('others', '# other packages\n');
    await node.keepEnvironment();
    expect((await make(changed)).stdout).to.contain('ready in');
    expect(await node.read('opt/instant-health/python/.complete')).to.equal('# other packages\n');
  });

  it('say that Python 3.11 is missing', async () => {
    await node.program('bin/python3.11', '#!/nowhere/python\n');
    const outcome = await node.run('python-environment.sh', ['--requirements', await node.file('requirements', '')]);
    expect(outcome.code).not.to.equal(0);
    expect((await node.run('python-environment.sh', ['--unknown'])).stderr).to.contain('unknown argument --unknown');
  });

  it('run Spark Connect as a service that only this machine reaches', async () => {
    await node.withEnvironment();
    const port = String(await closedPort());
    const install = () => node.run('install-connect-server.sh', ['--packages', PACKAGES, '--port', port]);
    const first = await install();
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout).to.contain(`Spark Connect answers on port ${port}`);
    const given = (await node.read('server-arguments')).split('\n');
    expect(given.slice(0, 4)).to.deep.equal(['--master', 'yarn', '--packages', PACKAGES]);
    expect(given).to.include(`spark.connect.grpc.binding.port=${port}`);
    expect(await node.read('server-environment'))
      .to.contain('SPARK_NO_DAEMONIZE=1')
      .and.to.contain(`PYSPARK_PYTHON=${node.folder}/opt/instant-health/python/bin/python`)
      .and.to.contain(`SPARK_LOG_DIR=${node.folder}/var/log/instant-health`);

    expect((await install()).code).to.equal(0);
    const calls = (await node.read('calls')).split('\n');
    expect(calls.filter((call) => call.includes('--insert'))).to.deep.equal([
      `iptables --insert INPUT -p tcp --dport ${port} ! -i lo -j REJECT`,
      `ip6tables --insert INPUT -p tcp --dport ${port} ! -i lo -j REJECT`,
    ]);
    expect(calls.filter((call) => call.startsWith('systemctl'))).to.deep.equal([
      'systemctl daemon-reload',
      'systemctl enable spark-connect.service',
      'systemctl restart spark-connect.service',
      'systemctl daemon-reload',
      'systemctl enable spark-connect.service',
      'systemctl restart spark-connect.service',
    ]);
  });

  it('show why the server did not come up', async () => {
    await node.withEnvironment();
    await node.file('broken', '');
    const port = String(await closedPort());
    const outcome = await node.run('install-connect-server.sh', [
      ...['--packages', PACKAGES, '--port', port, '--timeout', '1'],
    ]);
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr)
      .to.contain('ClassNotFoundException: SparkConnectServer')
      .and.to.contain(`nothing answers on port ${port} after 1 s`);
  });

  it('say what is missing on the node', async () => {
    const install = (...args: string[]) => node.run('install-connect-server.sh', args);
    expect((await install('--packages', PACKAGES)).stderr).to.contain('python-environment.sh has not run');
    expect((await install('--packages', 'a b; rm -rf /')).stderr).to.contain('--packages expects Maven coordinates');
    expect((await node.run('guard-connect-port.sh', ['all'])).stderr).to.contain('all is not a port');
  });
});
