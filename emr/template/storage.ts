import { policyDocument, type Resources, ref, STACK_TAG, sub, tags } from './intrinsics.ts';

/** The bucket of logs and scripts, the key of the nodes' disks, and the mail server's secret. */
export const STORAGE: Resources = {
  Bucket: {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          { Id: 'logs', Status: 'Enabled', Prefix: 'logs/', ExpirationInDays: ref('LogDays') },
          { Id: 'uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
        ],
      },
      Tags: tags('logs'),
    },
  },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: ref('Bucket'),
      PolicyDocument: policyDocument({
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [sub(`\${Bucket.Arn}`), sub(`\${Bucket.Arn}/*`)],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    },
  },
  DiskKey: {
    Type: 'AWS::KMS::Key',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      Description: sub(`Disks of the cluster \${AWS::StackName}: HDFS holds readings`),
      EnableKeyRotation: true,
      PendingWindowInDays: 7,
      // The account decides, through the roles' policies, who may use it.
      KeyPolicy: policyDocument({
        Sid: 'Account',
        Effect: 'Allow',
        Principal: { AWS: sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root`) },
        Action: 'kms:*',
        Resource: '*',
      }),
    },
  },
  Encryption: {
    Type: 'AWS::EMR::SecurityConfiguration',
    Properties: {
      SecurityConfiguration: {
        EncryptionConfiguration: {
          EnableInTransitEncryption: false,
          EnableAtRestEncryption: true,
          AtRestEncryptionConfiguration: {
            S3EncryptionConfiguration: { EncryptionMode: 'SSE-S3' },
            LocalDiskEncryptionConfiguration: {
              EncryptionKeyProviderType: 'AwsKms',
              AwsKmsKey: sub(`\${DiskKey.Arn}`),
              EnableEbsEncryption: true,
            },
          },
        },
        InstanceMetadataServiceConfiguration: {
          MinimumInstanceMetadataServiceVersion: 2,
          HttpPutResponseHopLimit: 1,
        },
      },
    },
  },
  // Only its frame: the user name and password of the mail server are put in by hand, and are in no template.
  MailSecret: {
    Type: 'AWS::SecretsManager::Secret',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      Description: 'User name and password of the mail server (SMTP)',
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"to-be-set"}',
        GenerateStringKey: 'password',
        PasswordLength: 32,
      },
      Tags: [STACK_TAG],
    },
  },
};
