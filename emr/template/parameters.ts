/** How Spark Connect is reached: EMR's own sessions, or a server of ours on the primary node. */
export const VARIANTS = ['sessions', 'server'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What each variant runs. The Kafka connector and the Connect server must be of exactly this Spark and Scala. */
export const RELEASES = {
  sessions: { Label: 'emr-spark-8.1.0', Spark: '4.1.1', Scala: '2.13' },
  server: { Label: 'emr-7.14.0', Spark: '3.5.8', Scala: '2.12' },
} as const satisfies Record<Variant, { Label: string; Spark: string; Scala: string }>;

/** A parameter as CloudFormation takes it. */
export interface Parameter {
  readonly Type: 'String' | 'Number';
  readonly Default: string | number;
  readonly Description: string;
  readonly AllowedValues?: readonly string[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

const yesOrNo = (Description: string): Parameter => ({
  Type: 'String',
  Default: 'false',
  AllowedValues: ['true', 'false'],
  Description,
});

const text = (Description: string, Default: string, pattern: string, expects: string): Parameter => ({
  Type: 'String',
  Default,
  AllowedPattern: pattern,
  ConstraintDescription: expects,
  Description,
});

const INSTANCE_TYPE = '^[a-z][a-z0-9-]*\\.[a-z0-9-]+$';
const SUBNET = 'subnet-[0-9a-f]{8,17}';
const SECURITY_GROUP = '^(sg-[0-9a-f]{8,17})?$';
const ARN = (service: string) => `^(arn:aws[a-z-]*:${service}:[^\\s]+)?$`;

export const PARAMETERS = {
  Variant: {
    Type: 'String',
    Default: 'sessions',
    AllowedValues: VARIANTS,
    Description: 'sessions: EMR hands out Spark Connect sessions; server: a Spark Connect server on the primary node',
  },
  HasCluster: yesOrNo('Whether the cluster itself is there; its scripts must be in the bucket first'),
  ScriptsPrefix: text('Folder of the bucket with the scripts of the cluster', 'scripts', '^[\\w/.-]+$', 'a key prefix'),
  VpcId: text('A VPC to use; empty: one is made', '', '^(vpc-[0-9a-f]{8,17})?$', 'vpc-… or nothing'),
  SubnetIds: text(
    'Private subnets of VpcId in two availability zones, comma-separated; the cluster is in the first',
    '',
    `^(${SUBNET}(,${SUBNET})+)?$`,
    'subnet-…,subnet-… (two at least) or nothing',
  ),
  PrimaryInstanceType: text('Of the primary node', 'm5.xlarge', INSTANCE_TYPE, 'an instance type, e.g. m5.xlarge'),
  CoreInstanceType: text('Of the core nodes', 'm5.xlarge', INSTANCE_TYPE, 'an instance type, e.g. m5.xlarge'),
  CoreInstanceCount: {
    Type: 'Number',
    Default: 2,
    MinValue: 1,
    MaxValue: 20,
    Description: 'Core nodes; with two or more each block of HDFS is kept twice',
  },
  CreateKafka: yesOrNo('Whether an MSK Serverless cluster is made'),
  KafkaClusterArn: text(
    'An MSK cluster with IAM that is there already',
    '',
    ARN('kafka'),
    'the ARN of an MSK cluster or nothing',
  ),
  KafkaSecurityGroupId: text('Its security group: port 9098 is opened to us', '', SECURITY_GROUP, 'sg-… or nothing'),
  KafkaTopic: text('The topic of the readings', 'patient-vital-info', '^[\\w.-]{1,200}$', 'a topic name'),
  KafkaAlertsTopic: text(
    'The topic of the alerts (--via topic)',
    'patient-vital-alerts',
    '^[\\w.-]{1,200}$',
    'a topic name',
  ),
  CreateDatabase: yesOrNo('Whether an RDS MySQL is made'),
  DatabaseInstanceClass: text('Of that database', 'db.t4g.small', '^db\\.[a-z0-9]+\\.[a-z0-9]+$', 'e.g. db.t4g.small'),
  DatabaseSecurityGroupId: text(
    'Security group of a database that is there already: port 3306 is opened to us',
    '',
    SECURITY_GROUP,
    'sg-… or nothing',
  ),
  DatabaseSecretArn: text(
    'Secret with the user name and password of a database that is there already: the driver may read it',
    '',
    ARN('secretsmanager'),
    'the ARN of a secret or nothing',
  ),
  DatabaseUser: text('User that signs in with IAM tokens', 'health', '^\\w{1,32}$', 'a user name'),
  DriverOnPrimary: yesOrNo('Whether the driver and the producer run on the primary node, with its rights'),
  LogDays: {
    Type: 'Number',
    Default: 30,
    MinValue: 1,
    MaxValue: 3650,
    Description: 'Days after which logs are deleted',
  },
} as const satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;

/** Set by `up` itself, not by people. */
export const OWN_PARAMETERS: readonly ParameterName[] = ['HasCluster', 'ScriptsPrefix'];

const is = (parameter: ParameterName, value: string) => ({ 'Fn::Equals': [{ Ref: parameter }, value] });
const given = (parameter: ParameterName) => ({ 'Fn::Not': [is(parameter, '')] });

export const CONDITIONS = {
  WithCluster: is('HasCluster', 'true'),
  Sessions: is('Variant', 'sessions'),
  Server: is('Variant', 'server'),
  NewNetwork: is('VpcId', ''),
  NewKafka: is('CreateKafka', 'true'),
  GivenKafka: { 'Fn::And': [given('KafkaClusterArn'), { 'Fn::Not': [{ Condition: 'NewKafka' }] }] },
  WithKafka: { 'Fn::Or': [{ Condition: 'NewKafka' }, { Condition: 'GivenKafka' }] },
  GivenKafkaGroup: given('KafkaSecurityGroupId'),
  NewDatabase: is('CreateDatabase', 'true'),
  GivenDatabaseGroup: given('DatabaseSecurityGroupId'),
  GivenDatabaseSecret: given('DatabaseSecretArn'),
  DriverIsOnPrimary: is('DriverOnPrimary', 'true'),
  SingleCore: is('CoreInstanceCount', '1'),
};

export const MAPPINGS = { Releases: RELEASES };
