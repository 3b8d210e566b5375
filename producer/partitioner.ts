import { type ICustomPartitioner, Partitioners } from 'kafkajs';

const REMEMBERED_PATIENTS = 100_000;

/**
 * Kafka's own partitions (murmur2 of the key), computed once per patient: the client's hash works on 64-bit objects and
 * would cost a tenth of the time of an unthrottled run.
 */
export const rememberedPartitions: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  const remembered = new Map<string, number>();
  let partitions = 0;
  let topic = '';
  return (args) => {
    const key = args.message.key;
    if (typeof key !== 'string' || typeof args.message.partition === 'number') return choose(args);
    // Few messages go to another topic than that of readings, and those need no memory.
    if (topic === '') topic = args.topic;
    if (topic !== args.topic) return choose(args);
    if (partitions !== args.partitionMetadata.length) {
      partitions = args.partitionMetadata.length;
      remembered.clear();
    }
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const partition = choose(args);
    if (remembered.size < REMEMBERED_PATIENTS) remembered.set(key, partition);
    return partition;
  };
};
