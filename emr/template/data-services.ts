import { getAtt, type Resources, ref, STACK_TAG, STACK_TAG_KEY, tags } from './intrinsics.ts';
import { SUBNETS } from './network.ts';

/** Kafka and MySQL for people who have none. */
export const DATA_SERVICES: Resources = {
  Kafka: {
    Type: 'AWS::MSK::ServerlessCluster',
    Condition: 'NewKafka',
    Properties: {
      ClusterName: ref('AWS::StackName'),
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
      VpcConfigs: [{ SubnetIds: SUBNETS, SecurityGroups: [getAtt('KafkaGroup', 'GroupId')] }],
      Tags: { [STACK_TAG_KEY]: ref('AWS::StackName') },
    },
  },
  DatabaseSubnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Condition: 'NewDatabase',
    Properties: { DBSubnetGroupDescription: 'Private subnets', SubnetIds: SUBNETS, Tags: [STACK_TAG] },
  },
  DatabaseParameters: {
    Type: 'AWS::RDS::DBParameterGroup',
    Condition: 'NewDatabase',
    Properties: {
      Description: 'TLS only, UTC',
      Family: 'mysql8.4',
      Parameters: { require_secure_transport: '1', time_zone: 'UTC' },
      Tags: [STACK_TAG],
    },
  },
  // Readings and alerts are not deleted with the stack: the last snapshot stays.
  Database: {
    Type: 'AWS::RDS::DBInstance',
    Condition: 'NewDatabase',
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
    Properties: {
      Engine: 'mysql',
      EngineVersion: '8.4',
      DBName: 'health',
      DBInstanceClass: ref('DatabaseInstanceClass'),
      AllocatedStorage: '20',
      StorageType: 'gp3',
      StorageEncrypted: true,
      // RDS makes the password, keeps it in Secrets Manager and changes it by itself.
      MasterUsername: 'administrator',
      ManageMasterUserPassword: true,
      EnableIAMDatabaseAuthentication: true,
      PubliclyAccessible: false,
      DBSubnetGroupName: ref('DatabaseSubnets'),
      DBParameterGroupName: ref('DatabaseParameters'),
      VPCSecurityGroups: [getAtt('DatabaseGroup', 'GroupId')],
      BackupRetentionPeriod: 7,
      CopyTagsToSnapshot: true,
      AutoMinorVersionUpgrade: true,
      EnableCloudwatchLogsExports: ['error'],
      Tags: tags('database'),
    },
  },
};
