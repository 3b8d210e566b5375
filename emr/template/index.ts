import { CLUSTER } from './cluster.ts';
import { DATA_SERVICES } from './data-services.ts';
import { getAtt, ifElse, type Resources, ref, type Value } from './intrinsics.ts';
import { NETWORK, SUBNETS, VPC } from './network.ts';
import { CONDITIONS, MAPPINGS, PARAMETERS } from './parameters.ts';
import { ROLES } from './roles.ts';
import { SECURITY_GROUPS } from './security-groups.ts';
import { STORAGE } from './storage.ts';

export { STACK_TAG_KEY } from './intrinsics.ts';
export { OWN_PARAMETERS, PARAMETERS, type Parameter, type ParameterName } from './parameters.ts';

/** A CloudFormation template as an object. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Parameters: typeof PARAMETERS;
  readonly Mappings: typeof MAPPINGS;
  readonly Conditions: typeof CONDITIONS;
  readonly Resources: Resources;
  readonly Outputs: Readonly<Record<string, { Description: string; Value: Value; Condition?: string }>>;
}

/** The whole of what runs on AWS: network, cluster, roles, bucket, secrets, and where wished Kafka and MySQL. */
export const TEMPLATE: Template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'Instant Health Alert: Spark on EMR, and where wished Kafka and MySQL',
  Parameters: PARAMETERS,
  Mappings: MAPPINGS,
  Conditions: CONDITIONS,
  Resources: {
    ...NETWORK,
    ...SECURITY_GROUPS,
    ...STORAGE,
    ...ROLES,
    ...DATA_SERVICES,
    ...CLUSTER,
  },
  Outputs: {
    BucketName: { Description: 'Logs and scripts', Value: ref('Bucket') },
    ClusterId: { Description: 'For submit --cluster', Value: ref('Cluster'), Condition: 'WithCluster' },
    VpcId: { Description: 'Where everything is', Value: VPC },
    SubnetIds: { Description: 'Private subnets', Value: { 'Fn::Join': [',', SUBNETS] } },
    ClientGroupId: {
      Description: 'Security group of machines that may reach Kafka and the database',
      Value: getAtt('ClientGroup', 'GroupId'),
    },
    DriverPolicyArn: { Description: 'Rights of whoever runs submit and produce', Value: ref('DriverPolicy') },
    MailSecretArn: { Description: 'For SMTP_SECRET', Value: ref('MailSecret') },
    KafkaClusterArn: {
      Description: 'Its addresses: aws kafka get-bootstrap-brokers',
      Value: ifElse('NewKafka', getAtt('Kafka', 'Arn'), ref('KafkaClusterArn')),
      Condition: 'WithKafka',
    },
    DatabaseInstance: { Description: 'For --rds', Value: ref('Database'), Condition: 'NewDatabase' },
    DatabaseSecretArn: {
      Description: 'For DATABASE_SECRET',
      Value: getAtt('Database', 'MasterUserSecret.SecretArn'),
      Condition: 'NewDatabase',
    },
  },
};
