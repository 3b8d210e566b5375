import {
  findInMap,
  getAtt,
  ifElse,
  NO_VALUE,
  onlyIf,
  type Resources,
  ref,
  sub,
  tags,
  type Value,
} from './intrinsics.ts';
import { CLUSTER_SUBNET } from './network.ts';

/** Signs Kafka's logins with the nodes' role; Spark loads it beside its Kafka connector. */
const MSK_IAM_JAR = 'software.amazon.msk:aws-msk-iam-auth:2.3.2';

/** Where python-environment.sh puts the virtual environment. */
const PYTHON = '/opt/instant-health/python/bin/python';

const release = (key: string) => findInMap('Releases', ref('Variant'), key);

/** Text with the release's Spark and Scala in place of `${Spark}` and `${Scala}`. */
const withVersions = (text: string): Value => ({
  'Fn::Sub': [text, { Spark: release('Spark'), Scala: release('Scala') }],
});

const KAFKA_PACKAGES = `org.apache.spark:spark-sql-kafka-0-10_\${Scala}:\${Spark},${MSK_IAM_JAR}`;

const classification = (name: string, properties: { readonly [key: string]: Value }): Value => ({
  Classification: name,
  ConfigurationProperties: properties,
});

const script = (name: string) => sub(`s3://\${Bucket}/\${ScriptsPrefix}/${name}`);

const nodes = (type: string, count: Value): Value => ({
  InstanceType: ref(type),
  InstanceCount: count,
  Market: 'ON_DEMAND',
});

/** Runs once the applications are there; bootstrap actions run before. */
const CONNECT_SERVER_STEP: Value = {
  Name: 'Spark Connect server',
  ActionOnFailure: 'CONTINUE',
  HadoopJarStep: {
    Jar: 'command-runner.jar',
    Args: [
      'bash',
      '-c',
      withVersions(
        [
          'set -e',
          `aws s3 cp --recursive s3://\${Bucket}/\${ScriptsPrefix}/ /tmp/instant-health/`,
          `bash /tmp/instant-health/install-connect-server.sh --packages org.apache.spark:spark-connect_\${Scala}:\${Spark},${KAFKA_PACKAGES}`,
        ].join('; '),
      ),
    ],
  },
};

/** `up` adds it in a second step: the network, the roles and the scripts are there by then. */
export const CLUSTER: Resources = {
  Cluster: {
    Type: 'AWS::EMR::Cluster',
    Condition: 'WithCluster',
    Properties: {
      Name: ref('AWS::StackName'),
      ReleaseLabel: release('Label'),
      Applications: [{ Name: 'Spark' }, onlyIf('Server', { Name: 'Hadoop' })],
      SessionEnabled: ifElse('Sessions', true, NO_VALUE),
      LogUri: sub(`s3://\${Bucket}/logs/`),
      ServiceRole: getAtt('ServiceRole', 'Arn'),
      JobFlowRole: ref('NodeProfile'),
      SecurityConfiguration: ref('Encryption'),
      BootstrapActions: ifElse(
        'Server',
        [
          {
            Name: 'Python environment',
            ScriptBootstrapAction: { Path: script('python-environment.sh'), Args: [] },
          },
        ],
        NO_VALUE,
      ),
      Configurations: [
        classification('spark-defaults', {
          'spark.jars.packages': withVersions(KAFKA_PACKAGES),
          'spark.sql.session.timeZone': 'UTC',
        }),
        // EMR keeps each block once on clusters as small as this.
        classification('hdfs-site', { 'dfs.replication': ifElse('SingleCore', '1', '2') }),
        onlyIf('Server', {
          Classification: 'spark-env',
          Configurations: [classification('export', { PYSPARK_PYTHON: PYTHON, PYSPARK_DRIVER_PYTHON: PYTHON })],
        }),
      ],
      Instances: {
        Ec2SubnetId: CLUSTER_SUBNET,
        EmrManagedMasterSecurityGroup: getAtt('PrimaryGroup', 'GroupId'),
        EmrManagedSlaveSecurityGroup: getAtt('CoreGroup', 'GroupId'),
        ServiceAccessSecurityGroup: getAtt('ServiceAccessGroup', 'GroupId'),
        AdditionalMasterSecurityGroups: [getAtt('ClientGroup', 'GroupId')],
        AdditionalSlaveSecurityGroups: [getAtt('ClientGroup', 'GroupId')],
        MasterInstanceGroup: nodes('PrimaryInstanceType', 1),
        CoreInstanceGroup: nodes('CoreInstanceType', ref('CoreInstanceCount')),
        KeepJobFlowAliveWhenNoSteps: true,
        TerminationProtected: false,
      },
      Steps: ifElse('Server', [CONNECT_SERVER_STEP], NO_VALUE),
      Tags: tags('cluster'),
    },
  },
};
