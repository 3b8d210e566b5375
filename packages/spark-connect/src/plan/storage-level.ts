/**
 * Where persisted rows are kept.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.StorageLevel.html
 */
export interface StorageLevel {
  /** On disk. */
  readonly useDisk: boolean;
  /** In memory. */
  readonly useMemory: boolean;
  /** In memory outside Java's heap. */
  readonly useOffHeap: boolean;
  /** As objects, which are quicker to read and larger. */
  readonly deserialized: boolean;
  /** On how many executors each partition is. */
  readonly replication: number;
}

function level(places: string, deserialized: boolean, replication = 1): StorageLevel {
  return Object.freeze({
    useDisk: places.includes('disk'),
    useMemory: places.includes('memory'),
    useOffHeap: places.includes('offHeap'),
    deserialized,
    replication,
  });
}

/**
 * Spark's named levels; `MEMORY_AND_DISK_DESER` is what `cache()` and `persist()` use.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.StorageLevel.html
 */
export const StorageLevels = Object.freeze({
  NONE: level('', false),
  DISK_ONLY: level('disk', false),
  DISK_ONLY_2: level('disk', false, 2),
  DISK_ONLY_3: level('disk', false, 3),
  MEMORY_ONLY: level('memory', false),
  MEMORY_ONLY_2: level('memory', false, 2),
  MEMORY_AND_DISK: level('memory disk', false),
  MEMORY_AND_DISK_2: level('memory disk', false, 2),
  MEMORY_AND_DISK_DESER: level('memory disk', true),
  OFF_HEAP: level('memory disk offHeap', false),
});
