export {
  encodeReading,
  RECORDED_AT_HEADER,
  type Reading,
  type ReadingMessage,
  type ReadingOrigin,
  readingMessage,
  SOURCE_ID_HEADER,
} from './reading.ts';
export { type RejectedRow, rejectedMessage } from './rejected.ts';
export { ensureTopic, READINGS_PARTITIONS, READINGS_TOPIC, type TopicOptions } from './topic.ts';
