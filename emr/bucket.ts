import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { awsError } from '../settings/index.ts';
import type { Clients } from './clients.ts';

/**
 * Deletes every object of a bucket: only an empty one can be deleted. A bucket that is gone is empty.
 *
 * @returns how many there were
 */
export async function emptyBucket({ s3, region }: Clients, bucket: string, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      if (Contents.length === 0) return deleted;
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true },
        }),
      );
      const [refused] = Errors;
      if (refused !== undefined) {
        const reason = `${refused.Code}: ${refused.Message}`;
        throw Object.assign(new Error(reason), { name: refused.Code ?? 'Error' });
      }
      deleted += Contents.length;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Error && error.name === 'NoSuchBucket') return deleted;
    throw awsError(error, `empty bucket ${bucket}`, region);
  }
}
