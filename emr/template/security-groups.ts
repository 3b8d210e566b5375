import { getAtt, type Resource, type Resources, ref, tags, type Value } from './intrinsics.ts';
import { VPC } from './network.ts';

/** A group without any way out: a rule must stand there, or AWS puts one that allows everything. */
const NO_EGRESS: Value = [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nothing' }];
const ALL_EGRESS: Value = [
  { IpProtocol: '-1', CidrIp: '0.0.0.0/0', Description: 'AWS, Maven, PyPI, Kafka, the database and the mail server' },
];

function group(name: string, description: string, egress: Value, condition?: string): Resource {
  return {
    Type: 'AWS::EC2::SecurityGroup',
    ...(condition === undefined ? {} : { Condition: condition }),
    Properties: { GroupDescription: description, VpcId: VPC, SecurityGroupEgress: egress, Tags: tags(name) },
  };
}

const idOf = (name: string) => getAtt(name, 'GroupId');

interface Rule {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly from: number;
  readonly to: number;
}

const tcp = (port: number): Rule => ({ protocol: 'tcp', from: port, to: port });

function ingress(target: Value, source: string, rule: Rule, description: string, condition?: string): Resource {
  return {
    Type: 'AWS::EC2::SecurityGroupIngress',
    ...(condition === undefined ? {} : { Condition: condition }),
    Properties: {
      GroupId: target,
      SourceSecurityGroupId: idOf(source),
      IpProtocol: rule.protocol,
      FromPort: rule.from,
      ToPort: rule.to,
      Description: description,
    },
  };
}

const NODE_GROUPS = ['PrimaryGroup', 'CoreGroup'] as const;
const BETWEEN_NODES: Readonly<Record<string, Rule>> = {
  Tcp: { protocol: 'tcp', from: 0, to: 65535 },
  Udp: { protocol: 'udp', from: 0, to: 65535 },
  Icmp: { protocol: 'icmp', from: -1, to: -1 },
};

/**
 * What EMR puts into these groups by itself. It stands here so that it goes with the stack: rules of others would keep
 * the groups from being deleted.
 */
function emrRules(): Resources {
  const rules: Record<string, Resource> = {};
  for (const target of NODE_GROUPS) {
    for (const source of NODE_GROUPS) {
      for (const [name, rule] of Object.entries(BETWEEN_NODES)) {
        rules[`${target}From${source}${name}`] = ingress(idOf(target), source, rule, 'Between nodes');
      }
    }
    rules[`${target}FromService`] = ingress(idOf(target), 'ServiceAccessGroup', tcp(8443), 'EMR to its nodes');
    rules[`ServiceTo${target}`] = {
      Type: 'AWS::EC2::SecurityGroupEgress',
      Properties: {
        GroupId: idOf('ServiceAccessGroup'),
        DestinationSecurityGroupId: idOf(target),
        IpProtocol: 'tcp',
        FromPort: 8443,
        ToPort: 8443,
        Description: 'EMR to its nodes',
      },
    };
  }
  return {
    ...rules,
    ServiceFromPrimary: ingress(idOf('ServiceAccessGroup'), 'PrimaryGroup', tcp(9443), 'Primary node to EMR'),
  };
}

/** Nothing is open to addresses: every way in is from one group to another. */
export const SECURITY_GROUPS: Resources = {
  PrimaryGroup: group('primary', 'Primary node of the cluster', ALL_EGRESS),
  CoreGroup: group('core', 'Core nodes of the cluster', ALL_EGRESS),
  ServiceAccessGroup: group('service-access', 'EMR itself, in private subnets', NO_EGRESS),
  ClientGroup: group('client', 'May reach Kafka and the database', ALL_EGRESS),
  ...emrRules(),
  KafkaGroup: group('kafka', 'MSK: port 9098 from clients', NO_EGRESS, 'NewKafka'),
  KafkaFromClients: ingress(idOf('KafkaGroup'), 'ClientGroup', tcp(9098), 'Kafka with IAM', 'NewKafka'),
  DatabaseGroup: group('database', 'RDS: port 3306 from clients', NO_EGRESS, 'NewDatabase'),
  DatabaseFromClients: ingress(idOf('DatabaseGroup'), 'ClientGroup', tcp(3306), 'MySQL over TLS', 'NewDatabase'),
  GivenKafkaFromClients: ingress(
    ref('KafkaSecurityGroupId'),
    'ClientGroup',
    tcp(9098),
    'Kafka with IAM, from Instant Health Alert',
    'GivenKafkaGroup',
  ),
  GivenDatabaseFromClients: ingress(
    ref('DatabaseSecurityGroupId'),
    'ClientGroup',
    tcp(3306),
    'MySQL over TLS, from Instant Health Alert',
    'GivenDatabaseGroup',
  ),
};
