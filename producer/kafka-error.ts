import { messageOf, OperatorError } from '../settings/index.ts';

/** Turns an error of the Kafka client into one line that names the broker or the topic and the variable behind it. */
export function kafkaError(error: unknown, brokers: readonly string[], topic: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const at = brokers.join(', ');
  const chain = causesOf(error);
  // What the sign-in with AWS has said.
  const own = chain.find((cause) => cause instanceof OperatorError);
  if (own !== undefined) return own;
  const types = typesOf(error);
  if (isRefusedSignIn(types, chain)) {
    return new OperatorError(
      'KAFKA_SIGN_IN',
      `Kafka at ${at} refuses the sign-in: ${messageOf(chain.at(-1) ?? error)}`,
      {
        cause: error,
        next: 'Check KAFKA_AUTH, that KAFKA_BROKERS names the port for it, and the login or the rights of the role.',
      },
    );
  }
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION')) return missingTopic(topic, at, error);
  if (types.includes('TOPIC_AUTHORIZATION_FAILED')) {
    return new OperatorError('KAFKA_ACCESS_DENIED', `Kafka at ${at} does not let us write to topic ${topic}`, {
      cause: error,
      next: 'Check KAFKA_TOPIC and the rights of this client.',
    });
  }
  if (types.some((type) => /Connection|RequestTimeout|BrokerNotFound|NumberOfRetriesExceeded/.test(type))) {
    const reason = messageOf(chain.at(-1) ?? error);
    return new OperatorError('KAFKA_UNREACHABLE', `No Kafka broker answers at ${at}: ${reason}`, {
      cause: error,
      next: 'Check KAFKA_BROKERS, and that the broker runs (`npm run stack -- status`).',
    });
  }
  return new OperatorError('KAFKA_FAILED', `Kafka at ${at}, topic ${topic}: ${messageOf(error)}`, { cause: error });
}

function isRefusedSignIn(types: readonly string[], chain: readonly Error[]): boolean {
  return (
    types.some((type) => /SASL|UNSUPPORTED_SASL_MECHANISM/i.test(type)) ||
    chain.some(({ message }) => /\bSASL\b/.test(message))
  );
}

/** Whether the broker takes this producer for an outdated one: another has its id, or its transaction took too long. */
export function isFenced(error: unknown): boolean {
  return typesOf(error).some((type) => FENCED.has(type));
}

/** Whether trying again cannot help. */
export function isFinal(error: unknown): boolean {
  if (error instanceof OperatorError) return FINAL_CODES.has(error.code);
  return typesOf(error).some((type) => FINAL.has(type));
}

export function missingTopic(topic: string, brokers: string, cause?: unknown): OperatorError {
  return new OperatorError('KAFKA_TOPIC_MISSING', `Kafka at ${brokers} has no topic ${topic}`, {
    cause,
    next: 'Check KAFKA_TOPIC; `npm run stack -- up` creates the default one.',
  });
}

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);
const FINAL = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
]);
const FINAL_CODES = new Set(['PRODUCER_FENCED', 'KAFKA_ACCESS_DENIED']);

/** Names of an error and its causes as Kafka has them, or the classes of the client. */
function typesOf(error: unknown): string[] {
  return causesOf(error).map((cause) => ('type' in cause ? String(cause.type) : cause.name));
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && !causes.includes(cause); cause = cause.cause) causes.push(cause);
  return causes;
}
