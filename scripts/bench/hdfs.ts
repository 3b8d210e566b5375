import { userInfo } from 'node:os';
import { loadEnvironment, storageSettings } from '../../settings/index.ts';

/** Removes a folder of a benchmark from HDFS; does nothing where WEBHDFS_URL is not known. */
export async function removeFolder(path: string): Promise<void> {
  const { webhdfsUrl } = storageSettings(loadEnvironment());
  if (webhdfsUrl === undefined) return;
  const user = encodeURIComponent(userInfo().username);
  const response = await fetch(`${webhdfsUrl}/webhdfs/v1${path}?op=DELETE&recursive=true&user.name=${user}`, {
    method: 'DELETE',
  });
  await response.body?.cancel();
}
