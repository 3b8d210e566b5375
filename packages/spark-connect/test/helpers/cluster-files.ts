/** Files on the cluster's own file system, for tests that put some there. */
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** Removes a folder of the stack's HDFS; does nothing where there is no HDFS. */
export async function removeClusterFolder(path: string): Promise<void> {
  const { WEBHDFS_URL = fromState() } = process.env;
  if (WEBHDFS_URL === undefined) return;
  const address = `${WEBHDFS_URL}/webhdfs/v1${path}?op=DELETE&recursive=true&user.name=${userInfo().username}`;
  const response = await fetch(address, { method: 'DELETE' });
  if (!response.ok) throw new Error(`HDFS would not remove ${path}: ${response.status} ${await response.text()}`);
}

function fromState(): string | undefined {
  const root = join(import.meta.dirname, '..', '..', '..', '..');
  const file = join(process.env.INSTANT_HEALTH_STACK_DIR ?? join(root, '.stack'), 'state.json');
  if (!existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, 'utf8')) as { environment?: Record<string, string> };
  return state.environment?.WEBHDFS_URL;
}
