import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isPortFree, planPorts } from '../../../scripts/stack/ports.ts';

const KAFKA = { service: 'kafka', portNames: ['broker', 'controller'], running: false };
const NAMENODE = { service: 'namenode', portNames: ['rpc'], running: false };

describe('the ports of the stack', () => {
  let root: string;
  const layout = () => ({ root, ports: join(root, 'ports.json') });
  const allFree = async () => true;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ports-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('differ from each other and lie below the ports of outgoing connections', async () => {
    const { plan } = await planPorts(layout(), [KAFKA, NAMENODE], allFree);
    const ports = [plan.kafka?.broker, plan.kafka?.controller, plan.namenode?.rpc];
    expect(new Set(ports).size).to.equal(3);
    for (const port of ports) expect(port).to.be.within(20_000, 31_999);
  });

  it('are the same at the next start, also for a part of the services', async () => {
    const first = await planPorts(layout(), [KAFKA, NAMENODE], allFree);
    const second = await planPorts(layout(), [NAMENODE], allFree);
    expect(second.plan).to.deep.equal(first.plan);
    expect(second.moved).to.deep.equal([]);
  });

  it('move only where another program sits, and that is said', async () => {
    const first = await planPorts(layout(), [KAFKA, NAMENODE], allFree);
    const taken = first.plan.namenode?.rpc;
    const second = await planPorts(layout(), [KAFKA, NAMENODE], async (port) => port !== taken);
    expect(second.plan.kafka).to.deep.equal(first.plan.kafka);
    expect(second.plan.namenode?.rpc).not.to.equal(taken);
    expect(second.moved).to.deep.equal([
      { service: 'namenode', portName: 'rpc', from: taken, to: second.plan.namenode?.rpc },
    ]);
  });

  it('never move under a running service, whose ports are of course taken', async () => {
    const first = await planPorts(layout(), [KAFKA], allFree);
    const second = await planPorts(layout(), [{ ...KAFKA, running: true }], async () => false);
    expect(second.plan).to.deep.equal(first.plan);
  });

  it('are not given to two services, though the first one is not running', async () => {
    const first = await planPorts(layout(), [KAFKA], allFree);
    const second = await planPorts(layout(), [NAMENODE], allFree);
    expect(Object.values(first.plan.kafka ?? {})).not.to.include(second.plan.namenode?.rpc);
  });

  it('are free when they can be bound on 127.0.0.1', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await isPortFree(port)).to.equal(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).to.equal(true);
  });
});
