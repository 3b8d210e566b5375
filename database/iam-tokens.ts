import type { AuthPlugin } from 'mysql2';
import type { DatabaseSettings } from '../settings/index.ts';

/** `instance.xyz.eu-central-1.rds.amazonaws.com` */
const RDS_HOST = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(?:\.cn)?$/;

/**
 * Signs in to RDS with a token of IAM in place of a password. The driver asks for each new connection, since a token is
 * good for 15 minutes only. It is sent as it is: the settings see to it that the line is encrypted.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function iamTokens(settings: DatabaseSettings): AuthPlugin {
  return () => async () => Buffer.from(`${await iamToken(settings)}\0`);
}

async function iamToken({ host, port, user }: DatabaseSettings): Promise<string> {
  // Loaded here, so that whoever has a password starts without it.
  const { Signer } = await import('@aws-sdk/rds-signer');
  const region = RDS_HOST.exec(host)?.[1];
  const signer = new Signer({ hostname: host, port, username: user, ...(region === undefined ? {} : { region }) });
  return await signer.getAuthToken();
}
