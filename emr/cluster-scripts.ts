import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { awsError, PROJECT_ROOT } from '../settings/index.ts';
import type { Clients } from './clients.ts';

const FOLDER = path.join(PROJECT_ROOT, 'emr', 'cluster');

/** What the nodes of the cluster run, by file name. */
export function clusterScripts(): ReadonlyMap<string, Buffer> {
  const names = readdirSync(FOLDER).sort();
  return new Map(names.map((name) => [name, readFileSync(path.join(FOLDER, name))]));
}

/** A folder for exactly these scripts: a cluster finds those that it was made with, whatever is uploaded later. */
export function scriptsPrefix(scripts: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, content] of scripts) hash.update(`${name}\0${content.length}\0`).update(content);
  return `scripts/${hash.digest('hex').slice(0, 12)}`;
}

/** Puts the scripts into the bucket. Uploading them again changes nothing. */
export async function uploadScripts({ s3, region }: Clients, bucket: string, prefix: string): Promise<void> {
  for (const [name, Body] of clusterScripts()) {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${name}`, Body }));
    } catch (error) {
      throw awsError(error, `put ${name} into bucket ${bucket}`, region);
    }
  }
}
