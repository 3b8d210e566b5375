import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { composeEnvironment, dockerServices } from '../../../scripts/stack/docker.ts';
import { stackLayout } from '../../../scripts/stack/layout.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

const text = readFileSync(join(PROJECT_ROOT, 'compose.yaml'), 'utf8');

describe('compose.yaml', () => {
  it('has the services of the stack, under their names', () => {
    const services = text.slice(text.indexOf('\nservices:'), text.indexOf('\nvolumes:'));
    const names = [...services.matchAll(/^ {2}([\w.-]+):/gm)].map(([, name]) => name);
    expect(names).to.have.members(dockerServices().map(({ name }) => name));
  });

  it('uses no variable that the stack does not give it, and every port', () => {
    const ports = Object.fromEntries(
      dockerServices().map(({ name, portNames }) => [name, Object.fromEntries(portNames.map((port) => [port, 1]))]),
    );
    const secrets = { databaseRootPassword: 'r', databasePassword: 'p', kafkaClusterId: 'k' };
    const layout = stackLayout('/stack');
    const given = Object.keys(composeEnvironment({ layout, ports, secrets, selected: new Set() }));
    const used = [...text.matchAll(/\$\{(\w+):-/g)].map(([, name]) => name);
    expect(new Set(used)).to.deep.equal(new Set([...given, 'STACK_PROJECT']));
  });

  it('opens nothing to other machines', () => {
    expect(text).not.to.match(/^\s+ports:/m);
    expect(text).not.to.include('0.0.0.0');
  });
});
