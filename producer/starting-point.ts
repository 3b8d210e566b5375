import { type KafkaSettings, type Logger, OperatorError } from '../settings/index.ts';
import { type SourcePosition, START_POSITION } from './position.ts';
import { positionTopic } from './position-topic.ts';
import type { TransactionalSink } from './transactional-sink.ts';

export interface StartingPointOptions {
  /** Id to start at, as --from says. */
  readonly from: bigint | undefined;
  readonly source: string;
  readonly table: string;
  readonly kafka: KafkaSettings;
  readonly logger: Logger;
}

/**
 * Decides after which row reading starts, and says so unless it is the first start of all.
 *
 * @throws OperatorError `POSITION_UNREADABLE`
 */
export function startingPoint(sink: TransactionalSink, options: StartingPointOptions): SourcePosition {
  const { from, source, table, kafka, logger } = options;
  const { restored } = sink;
  if (from !== undefined) {
    if (restored !== undefined) {
      logger.warn(
        `starting at ${from === 0n ? 'the first row' : `row ${from}`} instead of after row ${restored.after}: rows that are in ${kafka.topic} may be sent again`,
      );
    }
    return { after: from === 0n ? 0n : from - 1n, gaps: [] };
  }
  if (sink.isPositionUnreadable) {
    throw new OperatorError(
      'POSITION_UNREADABLE',
      `The position of ${source} in topic ${positionTopic(kafka.topic)} is not readable`,
      { next: 'It may come from a newer version; --from <id> or --from start replaces it.' },
    );
  }
  if (restored === undefined) {
    const same = sink.otherSources.find((other) => other.endsWith(`/${table}`));
    if (same !== undefined) {
      logger.warn(
        `${kafka.topic} holds rows of ${same}, but none of ${source}: if that is the same table, use --source ${same}`,
      );
    }
    return START_POSITION;
  }
  const gaps = restored.gaps.length === 0 ? '' : `, with ${restored.gaps.length} ranges of missing ids to look for`;
  logger.info(`going on after row ${restored.after}${gaps}`);
  if (sink.isTopicEmpty && restored.after > 0n) {
    logger.warn(
      `topic ${kafka.topic} is empty although rows up to ${restored.after} were sent to it: --from start sends them again`,
    );
  }
  return restored;
}
