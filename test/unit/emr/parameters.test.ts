import { expect } from 'chai';
import { costItems, costLines, costPerHour } from '../../../emr/cost-note.ts';
import { checkParameters, PUBLIC_PARAMETERS, parameterHelp } from '../../../emr/stack-parameters.ts';
import { PARAMETERS } from '../../../emr/template/index.ts';

const SUBNETS = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';

describe('parameters of the stack', () => {
  it('accept what CloudFormation would accept', () => {
    const given = { Variant: 'server', CoreInstanceCount: '3', VpcId: 'vpc-0123456789abcdef0', SubnetIds: SUBNETS };
    expect(checkParameters(given)).to.deep.equal(given);
    for (const name of PUBLIC_PARAMETERS) {
      const byDefault = { [name]: String(PARAMETERS[name].Default) };
      expect(checkParameters(byDefault)).to.deep.equal(byDefault);
    }
  });

  const refused: [string, string, RegExp][] = [
    ['Variant', 'spot', /^Variant expects sessions or server, not "spot"$/],
    ['CoreInstanceCount', '0', /^CoreInstanceCount expects a whole number from 1 to 20, not "0"$/],
    ['CoreInstanceCount', 'two', /whole number/],
    ['PrimaryInstanceType', 'large', /e\.g\. m5\.xlarge/],
    ['KafkaClusterArn', 'my-cluster', /the ARN of an MSK cluster/],
    ['SubnetIds', 'subnet-0123456789abcdef0', /two at least/],
    ['HasCluster', 'true', /^there is no parameter HasCluster$/],
    ['constructor', 'x', /^there is no parameter constructor$/],
  ];
  for (const [name, value, message] of refused) {
    it(`refuse ${name}=${value}`, () => {
      expect(() => checkParameters({ [name]: value }))
        .to.throw(message)
        .that.includes({ code: 'PARAMETER_INVALID', exitCode: 2 });
    });
  }

  it('are told together when several are wrong', () => {
    expect(() => checkParameters({ Variant: 'x', Variantt: 'y' })).to.throw(
      /^Variant expects.*; there is no parameter/,
    );
  });

  it('are all in the help', () => {
    for (const name of PUBLIC_PARAMETERS) expect(parameterHelp()).to.contain(`  ${name} `);
  });
});

describe('the note about costs', () => {
  it('adds up what stands', () => {
    const plain = costItems({});
    expect(costPerHour(plain)).to.be.closeTo(3 * 0.24 + 0.02 + 0.0225 + 0.045, 1e-9);
    const more = costItems({ CreateKafka: 'true', CreateDatabase: 'true', CoreInstanceCount: '3' });
    expect(costPerHour(more) - costPerHour(plain)).to.be.closeTo(0.24 + 0.75 + 0.032, 1e-9);
  });

  it('takes nothing for a network that is there, and admits prices that it does not know', () => {
    const items = costItems({ VpcId: 'vpc-1', SubnetIds: SUBNETS, PrimaryInstanceType: 'x9.large' });
    expect(items.map(({ what }) => what)).not.to.include('NAT gateway');
    expect(costLines(items).join('\n')).to.match(/1 × x9\.large +price unknown[\s\S]*without what is unknown/);
  });
});
