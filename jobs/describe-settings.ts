import type { DatabaseSettings, KafkaSettings } from '../settings/index.ts';

/** Where a job reads, for people. */
export function describeKafka({ brokers, topic }: KafkaSettings): Readonly<Record<string, string>> {
  return { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC: topic };
}

/** Where limits and patients are, for people; the password is masked. */
export function describeDatabase(settings: DatabaseSettings): Readonly<Record<string, string>> {
  const { user, host, port, database, password, tls } = settings;
  return {
    DATABASE: `${user}@${host}:${port}/${database}`,
    DATABASE_PASSWORD: String(password),
    DATABASE_TLS: tls,
  };
}
