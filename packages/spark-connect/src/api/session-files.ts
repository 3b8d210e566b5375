/** Files of this machine as artifacts of a session. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Artifact } from '../client/artifacts.ts';
import { SparkConnectError } from '../errors.ts';

/**
 * What a file is to the session: a jar, a Python module, an archive to unpack, or just a file.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.addArtifacts.html
 */
export type ArtifactKind = 'jar' | 'file' | 'archive' | 'pyfile';

interface Kind {
  readonly folder: string;
  /** How the names of such files end; any where it is undefined. */
  readonly endings?: readonly string[];
}

/** A worker would fail at other files later, where nobody sees why. */
const kinds: Readonly<Record<ArtifactKind, Kind>> = {
  jar: { folder: 'jars', endings: ['.jar'] },
  file: { folder: 'files' },
  archive: { folder: 'archives', endings: ['.zip', '.jar', '.tar.gz', '.tgz', '.tar'] },
  pyfile: { folder: 'pyfiles', endings: ['.py', '.zip', '.egg', '.jar'] },
};

/** @param path for an archive it may end with `#name`, the folder that it is unpacked into */
export async function fileArtifact(path: string, kind: ArtifactKind): Promise<Artifact> {
  const [file = path, fragment] = kind === 'archive' ? path.split('#') : [path];
  const { folder, endings } = kinds[kind];
  if (endings?.some((ending) => file.endsWith(ending)) === false) {
    const other = `say what it is, { kind: 'file' } for example`;
    throw new SparkConnectError('invalid-argument', `${file} is no ${kind} (${endings.join(', ')}): ${other}`);
  }
  const name = `${folder}/${basename(file)}${fragment === undefined ? '' : `#${fragment}`}`;
  return { name, parts: [await readLocal(file)] };
}

/** @param destination an absolute path on the cluster's file system */
export async function copiedFile(path: string, destination: string): Promise<Artifact> {
  if (!destination.startsWith('/')) {
    throw new SparkConnectError('invalid-argument', `the destination is an absolute path, not ${destination}`);
  }
  return { name: `forward_to_fs${destination}`, parts: [await readLocal(path)] };
}

async function readLocal(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new SparkConnectError('invalid-argument', `the file ${path} cannot be read`, { cause });
  }
}
