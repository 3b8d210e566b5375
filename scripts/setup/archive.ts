import { anyPython } from './python.ts';
import { runTool } from './tool.ts';

// Python is needed anyway, unzip is not: one requirement less.
const UNPACK = `
import sys, zipfile
archive, folder, prefix, *only = sys.argv[1:]
with zipfile.ZipFile(archive) as source:
    for info in source.infolist():
        name = info.filename
        if not name.startswith(prefix) or info.is_dir() or (only and name not in only):
            continue
        source.extract(info, folder)
`;

/**
 * Unpacks a zip or jar.
 *
 * @param archive the file
 * @param folder where to
 * @param prefix only members whose name starts with it
 * @param only when not empty, exactly these members
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  prefix: string,
  only: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const python = await anyPython(signal);
  await runTool({ file: python, args: ['-c', UNPACK, archive, folder, prefix, ...only], signal });
}
