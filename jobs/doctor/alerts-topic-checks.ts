import type { Admin } from 'kafkajs';
import type { KafkaSettings } from '../../settings/index.ts';
import { OperatorError } from '../../settings/index.ts';
import { readersGroup } from '../alert-topic/turn.ts';
import { type Check, checksOf, NotChecked } from './check.ts';

const check = checksOf({ link: 'kafka', from: 'here', limitMs: 15_000 });

interface Parts {
  /** The check of the readings' topic. */
  readonly topic: Check;
  /** `--via topic`: somebody means to use it. Otherwise it is looked at where it is there. */
  readonly isAsked: boolean;
  found(): KafkaSettings;
  admin(): Promise<Admin>;
  explained<T>(act: Promise<T>): Promise<T>;
}

/** What `vital-alerts --via topic` needs of Kafka: the alerts' topic, and somebody who reads it. */
export function alertsTopicChecks({ topic, isAsked, found, admin, explained }: Parts): readonly Check[] {
  const alertsTopic = check('alerts topic', {
    after: [topic],
    next: '`npm run alerts -- run` makes it, as wide as KAFKA_TOPIC, where the rights of this client allow that.',
    run: async () => {
      const { topic: name, alertsTopic: alerts } = found();
      const kafka = await admin();
      if (!(await explained(kafka.listTopics())).includes(alerts)) {
        if (!isAsked) throw new NotChecked(`${alerts} is not there: nothing goes via topic`);
        throw new OperatorError('ALERTS_TOPIC_MISSING', `Kafka has no topic ${alerts} (KAFKA_ALERTS_TOPIC)`);
      }
      const [readings, judged] = await explained(
        Promise.all([kafka.fetchTopicOffsets(name), kafka.fetchTopicOffsets(alerts)]),
      );
      if (judged.length >= readings.length) return `${alerts}, ${judged.length} partitions`;
      throw new OperatorError(
        'ALERTS_TOPIC_NARROW',
        `${alerts} has ${judged.length} partitions, and KAFKA_TOPIC ${readings.length}: Spark cannot write what is in the others`,
      );
    },
  });
  const reader = check('alerts reader', {
    after: [alertsTopic],
    next: 'Start `npm run alerts -- run`: without it nobody is told of anything.',
    run: async () => {
      const { alertsTopic: alerts } = found();
      const kafka = await admin();
      const groupId = readersGroup(alerts);
      const [{ groups }, ends, [read]] = await explained(
        Promise.all([
          kafka.describeGroups([groupId]),
          kafka.fetchTopicOffsets(alerts),
          kafka.fetchOffsets({ groupId, topics: [alerts] }),
        ]),
      );
      const places = new Map(read?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      let waiting = 0n;
      for (const { partition, low, high } of ends) {
        // -1: nothing has been read of it.
        const from = places.get(partition) ?? -1n;
        waiting += BigInt(high) - (from > BigInt(low) ? from : BigInt(low));
      }
      const told = `${waiting} messages wait`;
      const members = groups[0]?.members ?? [];
      if (members.length > 0)
        return `on ${members.map(({ clientHost }) => clientHost.replace(/^\//, '')).join(', ')}, ${told}`;
      if (!isAsked) throw new NotChecked(`nobody reads ${alerts} (${told}); --via topic asks for it`);
      throw new OperatorError('ALERTS_READER_MISSING', `nobody reads ${alerts}: ${told}`);
    },
  });
  return [alertsTopic, reader];
}
