import { type KafkaSignIn, readAuthority } from '../../settings/index.ts';

/**
 * The same sign-in for Spark's Kafka source and sink. For MSK with IAM the nodes sign with their own role; the jar
 * `software.amazon.msk:aws-msk-iam-auth` must be on Spark's class path.
 * https://spark.apache.org/docs/latest/streaming/structured-streaming-kafka-integration.html#security
 *
 * @returns options with the prefix `kafka.`
 */
export function sparkSignInOptions(signIn: KafkaSignIn): Record<string, string> {
  const { tls, caFile, method } = signIn;
  const authority: Record<string, string> =
    tls === 'required' && caFile !== undefined
      ? {
          // As text: the file is here, not on the cluster.
          'kafka.ssl.truststore.type': 'PEM',
          'kafka.ssl.truststore.certificates': readAuthority('KAFKA_CA', caFile),
        }
      : {};
  const protocol = (sasl: boolean) => `${sasl ? 'SASL_' : ''}${tls === 'required' ? 'SSL' : 'PLAINTEXT'}`;
  switch (method.kind) {
    case 'none':
      return tls === 'off' ? {} : { ...authority, 'kafka.security.protocol': protocol(false) };
    case 'scram-sha-512':
      return {
        ...authority,
        'kafka.security.protocol': protocol(true),
        'kafka.sasl.mechanism': 'SCRAM-SHA-512',
        'kafka.sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username=${quoted(method.user)} password=${quoted(method.password.reveal())};`,
      };
    case 'msk-iam':
      return {
        ...authority,
        'kafka.security.protocol': protocol(true),
        'kafka.sasl.mechanism': 'AWS_MSK_IAM',
        'kafka.sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
        'kafka.sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
      };
  }
}

/** A text of JAAS's grammar. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
