import { expect } from 'chai';
import { TEMPLATE, type Template } from '../../../emr/template/index.ts';
import { positionTopic } from '../../../producer/position-topic.ts';

type Properties = Readonly<Record<string, unknown>>;

function resourcesOf(type: string): [string, Properties][] {
  return Object.entries(TEMPLATE.Resources).flatMap(([name, resource]) =>
    resource.Type === type ? [[name, (resource.Properties ?? {}) as Properties]] : [],
  );
}

/** Every object inside a value, with itself. */
function* within(value: unknown): Generator<Properties> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Properties;
  for (const part of Object.values(value)) yield* within(part);
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[] | string;
  readonly Resource: readonly unknown[];
}

const statements = (template: Template): Statement[] =>
  [...within(template.Resources)].filter((one) => 'Effect' in one && 'Resource' in one) as unknown as Statement[];

describe('the CloudFormation template', () => {
  it('fits into a request', () => {
    expect(JSON.stringify(TEMPLATE).length).to.be.below(51_200);
  });

  it('opens no port to an address: every way in is from one security group to another', () => {
    const rules = resourcesOf('AWS::EC2::SecurityGroupIngress');
    expect(rules.length).to.be.above(10);
    for (const [name, rule] of rules) {
      expect(rule, name).to.have.property('SourceSecurityGroupId');
      expect(rule, name).not.to.have.any.keys('CidrIp', 'CidrIpv6');
    }
    for (const [name, group] of resourcesOf('AWS::EC2::SecurityGroup')) {
      expect(group, name).not.to.have.property('SecurityGroupIngress');
    }
  });

  it('lets only clients reach Kafka on 9098 and MySQL on 3306', () => {
    const rules = Object.fromEntries(resourcesOf('AWS::EC2::SecurityGroupIngress'));
    const from = { 'Fn::GetAtt': ['ClientGroup', 'GroupId'] };
    for (const name of ['KafkaFromClients', 'GivenKafkaFromClients']) {
      expect(rules[name]).to.deep.include({ SourceSecurityGroupId: from, FromPort: 9098, ToPort: 9098 });
    }
    for (const name of ['DatabaseFromClients', 'GivenDatabaseFromClients']) {
      expect(rules[name]).to.deep.include({ SourceSecurityGroupId: from, FromPort: 3306, ToPort: 3306 });
    }
  });

  it('puts nothing into a public subnet but the NAT gateway', () => {
    for (const [name, subnet] of resourcesOf('AWS::EC2::Subnet')) {
      expect(subnet.MapPublicIpOnLaunch, name).to.equal(false);
    }
    const routed = resourcesOf('AWS::EC2::SubnetRouteTableAssociation').map(([, { SubnetId, RouteTableId }]) => [
      (SubnetId as { Ref: string }).Ref,
      (RouteTableId as { Ref: string }).Ref,
    ]);
    expect(routed.filter(([, table]) => table === 'NatRoutes')).to.deep.equal([['NatSubnet', 'NatRoutes']]);
    const users = Object.entries(TEMPLATE.Resources).filter(
      ([, { Type, Properties }]) =>
        !Type.endsWith('RouteTableAssociation') && JSON.stringify(Properties ?? {}).includes('"NatSubnet"'),
    );
    expect(users.map(([name]) => name)).to.deep.equal(['NatGateway']);
    const [[, database]] = resourcesOf('AWS::RDS::DBInstance') as [[string, Properties]];
    expect(database).to.include({ PubliclyAccessible: false, StorageEncrypted: true, ManageMasterUserPassword: true });
  });

  it('closes the bucket to the public, encrypts it, and deletes old logs', () => {
    const [[, bucket]] = resourcesOf('AWS::S3::Bucket') as [[string, Properties]];
    expect(Object.values(bucket.PublicAccessBlockConfiguration as Properties)).to.deep.equal([true, true, true, true]);
    expect(JSON.stringify(bucket.BucketEncryption)).to.contain('"SSEAlgorithm":"AES256"');
    expect(JSON.stringify(bucket.LifecycleConfiguration)).to.contain('"ExpirationInDays":{"Ref":"LogDays"}');
  });

  it('gives no right on everything, but for those that AWS cannot give on less', () => {
    const all = statements(TEMPLATE).filter(({ Effect }) => Effect === 'Allow');
    expect(all.length).to.be.above(15);
    for (const { Sid, Action } of all.filter(({ Sid }) => Sid !== 'Account')) {
      for (const action of [Action].flat()) expect(action, Sid).to.match(/^[\w-]+:\w+\*?$/);
    }
    const onEverything = all.filter(({ Sid, Resource }) => Sid !== 'Account' && [Resource].flat().includes('*'));
    expect(onEverything.flatMap(({ Action }) => Action)).to.have.members([
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
      'elasticmapreduce:ListClusters',
      'rds:DescribeDBInstances',
      'rds:DescribeDBClusters',
    ]);
  });

  it('lets the producer look whether its topic of positions is compacted', () => {
    // AWS's word for Kafka's DescribeConfigs of a topic.
    const [statement] = statements(TEMPLATE).filter(({ Action }) =>
      [Action].flat().includes('kafka-cluster:DescribeTopicDynamicConfiguration'),
    );
    expect(JSON.stringify(statement?.Resource)).to.contain(positionTopic(`\${KafkaTopic}`));
  });

  it("lets nodes and driver use the alerts' topic, whatever its name", () => {
    const onAlerts = statements(TEMPLATE).filter(({ Resource }) =>
      JSON.stringify(Resource).includes(`\${KafkaAlertsTopic}`),
    );
    expect(onAlerts.map(({ Sid }) => Sid)).to.have.members(['Alerts', 'Topics']);
    expect(JSON.stringify(TEMPLATE.Resources)).not.to.contain('patient-vital-alerts');
  });

  it('holds no password', () => {
    for (const part of within(TEMPLATE.Resources)) {
      for (const name of Object.keys(part)) expect(name).not.to.match(/^(MasterUserPassword|SecretString|Password)$/);
    }
  });

  it('runs EMR with sessions by default, and its own server on emr-7', () => {
    expect(TEMPLATE.Parameters.Variant.Default).to.equal('sessions');
    expect(TEMPLATE.Mappings.Releases).to.deep.include({
      sessions: { Label: 'emr-spark-8.1.0', Spark: '4.1.1', Scala: '2.13' },
      server: { Label: 'emr-7.14.0', Spark: '3.5.8', Scala: '2.12' },
    });
    const [[, cluster]] = resourcesOf('AWS::EMR::Cluster') as [[string, Properties]];
    expect(cluster.SessionEnabled).to.deep.equal({ 'Fn::If': ['Sessions', true, { Ref: 'AWS::NoValue' }] });
    expect(JSON.stringify(cluster.Steps)).to.contain('install-connect-server.sh');
  });
});
