import type { SparkSession } from '@instant-health/spark-connect';
import { type DriverMark, isMarked } from './driver-mark.ts';

/** Ends a job's session for everybody only where nobody else has queries in it, is about to start some, or stands by. */
export async function leaveSession(spark: SparkSession, mark: DriverMark | undefined): Promise<void> {
  try {
    await mark?.remove();
    const shared = (await isMarked(spark)) || (await spark.streams.active()).length > 0;
    if (!shared) await spark.stop({ allowReconnect: true });
  } finally {
    spark.disconnect();
  }
}
