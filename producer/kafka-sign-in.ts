import type { KafkaConfig } from 'kafkajs';
import { awsError, type KafkaSignIn, readAuthority } from '../settings/index.ts';

/** The part of kafkajs's configuration that says who we are and how the line is encrypted. */
export function kafkaSignInOptions(signIn: KafkaSignIn): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const { tls, caFile, method } = signIn;
  const ssl = tls === 'required' && { ssl: caFile === undefined ? true : { ca: readAuthority('KAFKA_CA', caFile) } };
  switch (method.kind) {
    case 'none':
      return { ...ssl };
    case 'scram-sha-512':
      return {
        ...ssl,
        sasl: { mechanism: 'scram-sha-512', username: method.user, password: method.password.reveal() },
      };
    case 'msk-iam':
      return {
        ...ssl,
        sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await mskToken(method.region) }) },
      };
  }
}

/**
 * A token that MSK takes for some minutes: a request that the caller's own credentials have signed.
 *
 * @throws OperatorError where there are no credentials
 */
export async function mskToken(region: string): Promise<string> {
  // Loaded here, so that plain Kafka starts without it.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  try {
    return (await generateAuthToken({ region })).token;
  } catch (error) {
    throw awsError(error, 'sign in to Kafka', region);
  }
}
