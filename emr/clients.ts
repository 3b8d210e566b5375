import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EMRClient } from '@aws-sdk/client-emr';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { awsClientOptions, awsRegion, type Environment } from '../settings/index.ts';

/** The clients of AWS that this room uses. They read credentials, profile and endpoint as all of AWS's tools do. */
export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly emr: EMRClient;
  readonly s3: S3Client;
  readonly rds: RDSClient;
  /** For messages; undefined where AWS's own configuration file decides. */
  readonly region: string | undefined;
}

/** @throws OperatorError with exit code 2 where AWS_REGION is no region */
export function awsClients(environment: Environment): Clients {
  const options = awsClientOptions(environment);
  // An emulator has no bucket names in DNS.
  const forcePathStyle = environment.AWS_ENDPOINT_URL !== undefined;
  return {
    cloudFormation: new CloudFormationClient(options),
    emr: new EMRClient(options),
    s3: new S3Client({ ...options, forcePathStyle }),
    rds: new RDSClient(options),
    region: awsRegion(environment),
  };
}
