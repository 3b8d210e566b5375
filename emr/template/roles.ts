import {
  allow,
  getAtt,
  ifElse,
  onlyIf,
  policyDocument,
  type Resource,
  type Resources,
  ref,
  STACK_TAG,
  STACK_TAG_KEY,
  sub,
  type Value,
} from './intrinsics.ts';

const managed = (name: string) => sub(`arn:\${AWS::Partition}:iam::aws:policy/service-role/${name}`);

function trust(service: string, condition?: { readonly [operator: string]: Value }): Value {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return policyDocument(condition === undefined ? statement : { ...statement, Condition: condition });
}

const policy = (name: string, ...statements: readonly Value[]): Value => ({
  PolicyName: name,
  PolicyDocument: policyDocument(...statements),
});

/** A policy of the nodes that is only there under a condition. */
const nodePolicy = (condition: string, name: string, ...statements: readonly Value[]): Resource => ({
  Type: 'AWS::IAM::Policy',
  Condition: condition,
  Properties: { PolicyName: name, PolicyDocument: policyDocument(...statements), Roles: [ref('NodeRole')] },
});

const useDiskKey = allow(
  'DiskKey',
  ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
  [getAtt('DiskKey', 'Arn')],
);
const lendDiskKey = allow('LendDiskKey', ['kms:CreateGrant', 'kms:ListGrants'], [getAtt('DiskKey', 'Arn')], {
  Bool: { 'kms:GrantIsForAWSResource': 'true' },
});

/** `arn:…:cluster/name/uuid` with another kind of resource in place of `cluster`, and what comes behind. */
function kafkaArn(kind: 'topic' | 'group' | 'transactional-id', name: string): Value {
  const withKind = (arn: Value): Value => ({
    'Fn::Join': [
      '',
      [
        { 'Fn::Select': [0, { 'Fn::Split': [':cluster/', arn] }] },
        `:${kind}/`,
        { 'Fn::Select': [1, { 'Fn::Split': [':cluster/', arn] }] },
        '/',
        // A name with a parameter in it.
        name.includes('$') ? sub(name) : name,
      ],
    ],
  });
  return ifElse('NewKafka', withKind(getAtt('Kafka', 'Arn')), withKind(ref('KafkaClusterArn')));
}

const kafkaCluster = ifElse('NewKafka', getAtt('Kafka', 'Arn'), ref('KafkaClusterArn'));

/** What Spark on the nodes does in Kafka: it reads the readings; `--via topic` also writes the alerts' topic. */
const sparkInKafka = nodePolicy(
  'WithKafka',
  'kafka',
  allow(
    'Connect',
    ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster', 'kafka-cluster:WriteDataIdempotently'],
    [kafkaCluster],
  ),
  allow('Read', ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], [kafkaArn('topic', `\${KafkaTopic}`)]),
  allow(
    'Groups',
    ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
    [kafkaArn('group', 'spark-kafka-source-*')],
  ),
  allow(
    'Alerts',
    ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
    [kafkaArn('topic', `\${KafkaAlertsTopic}`)],
  ),
);

/** For a tunnel to the server on the primary node: what the agent of Session Manager needs, no more. */
const sessionManager = nodePolicy(
  'Server',
  'session-manager',
  allow(
    'Agent',
    [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    ['*'],
  ),
);

const ofThisStack = { StringEquals: { [`aws:ResourceTag/${STACK_TAG_KEY}`]: ref('AWS::StackName') } };

/** Rights of whoever runs `submit` and `produce`, on the primary node or elsewhere. */
const driverStatements: readonly Value[] = [
  allow('FindClusters', ['elasticmapreduce:ListClusters'], ['*']),
  allow(
    'Sessions',
    [
      'elasticmapreduce:DescribeCluster',
      'elasticmapreduce:ListInstances',
      'elasticmapreduce:StartSession',
      'elasticmapreduce:GetSession',
      'elasticmapreduce:GetSessionEndpoint',
      'elasticmapreduce:ListSessions',
      'elasticmapreduce:TerminateSession',
    ],
    [sub(`arn:\${AWS::Partition}:elasticmapreduce:\${AWS::Region}:\${AWS::AccountId}:cluster/*`)],
    ofThisStack,
  ),
  onlyIf(
    'Server',
    allow(
      'Tunnel',
      ['ssm:StartSession'],
      [sub(`arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:instance/*`)],
      ofThisStack,
    ),
  ),
  onlyIf(
    'Server',
    allow(
      'TunnelDocument',
      ['ssm:StartSession'],
      [sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}::document/AWS-StartPortForwardingSession`)],
    ),
  ),
  allow(
    'Secrets',
    ['secretsmanager:GetSecretValue'],
    [
      ref('MailSecret'),
      onlyIf('NewDatabase', getAtt('Database', 'MasterUserSecret.SecretArn')),
      onlyIf('GivenDatabaseSecret', ref('DatabaseSecretArn')),
    ],
  ),
  allow('FindDatabase', ['rds:DescribeDBInstances', 'rds:DescribeDBClusters'], ['*']),
  onlyIf(
    'NewDatabase',
    allow(
      'DatabaseTokens',
      ['rds-db:connect'],
      [
        sub(
          `arn:\${AWS::Partition}:rds-db:\${AWS::Region}:\${AWS::AccountId}:dbuser:\${Database.DbiResourceId}/\${DatabaseUser}`,
        ),
      ],
    ),
  ),
  ...[
    allow(
      'Kafka',
      ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster', 'kafka-cluster:WriteDataIdempotently'],
      [kafkaCluster],
    ),
    allow(
      'Topics',
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:CreateTopic', 'kafka-cluster:ReadData', 'kafka-cluster:WriteData'],
      // The readings, what was rejected, the producer's positions, and the alerts of `--via topic`.
      [kafkaArn('topic', `\${KafkaTopic}*`), kafkaArn('topic', `\${KafkaAlertsTopic}`)],
    ),
    // The producer refuses a topic of positions that would forget them.
    allow(
      'PositionTopic',
      ['kafka-cluster:DescribeTopicDynamicConfiguration'],
      [kafkaArn('topic', `\${KafkaTopic}-position`)],
    ),
    allow(
      'Groups',
      ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
      [kafkaArn('group', 'instant-health-*')],
    ),
    allow(
      'Transactions',
      ['kafka-cluster:DescribeTransactionalId', 'kafka-cluster:AlterTransactionalId'],
      [kafkaArn('transactional-id', 'instant-health-*')],
    ),
  ].map((statement) => onlyIf('WithKafka', statement)),
];

export const ROLES: Resources = {
  ServiceRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: 'EMR itself',
      AssumeRolePolicyDocument: trust('elasticmapreduce.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
      }),
      ManagedPolicyArns: [
        managed('AmazonEMRServicePolicy_v2'),
        onlyIf('Sessions', managed('AmazonEMRServicePolicyForSessions')),
      ],
      Policies: [
        policy(
          'nodes',
          allow('PassNodeRole', ['iam:PassRole'], [getAtt('NodeRole', 'Arn')], {
            StringLike: { 'iam:PassedToService': 'ec2.amazonaws.com*' },
          }),
          useDiskKey,
          lendDiskKey,
        ),
      ],
      Tags: [STACK_TAG],
    },
  },
  NodeRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: 'Nodes of the cluster',
      AssumeRolePolicyDocument: trust('ec2.amazonaws.com'),
      ManagedPolicyArns: [onlyIf('DriverIsOnPrimary', ref('DriverPolicy'))],
      Policies: [
        policy(
          'nodes',
          allow('Scripts', ['s3:GetObject'], [sub(`\${Bucket.Arn}/\${ScriptsPrefix}/*`)]),
          allow('Logs', ['s3:PutObject'], [sub(`\${Bucket.Arn}/logs/*`)]),
          allow('FindLogs', ['s3:ListBucket', 's3:GetBucketLocation'], [getAtt('Bucket', 'Arn')]),
          // EMR's own buckets: what the nodes load of it.
          allow(
            'EmrArtifacts',
            ['s3:GetObject'],
            [
              sub(`arn:\${AWS::Partition}:s3:::elasticmapreduce/*`),
              sub(`arn:\${AWS::Partition}:s3:::\${AWS::Region}.elasticmapreduce/*`),
            ],
          ),
          useDiskKey,
        ),
      ],
      Tags: [STACK_TAG],
    },
  },
  NodeKafkaPolicy: sparkInKafka,
  NodeSessionManagerPolicy: sessionManager,
  NodeProfile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref('NodeRole')] } },
  DriverPolicy: {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Description: 'Instant Health Alert: submit jobs and produce readings',
      PolicyDocument: policyDocument(...driverStatements),
    },
  },
};
