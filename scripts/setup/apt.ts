import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SetUpError } from './set-up-error.ts';
import { runTool, tryTool } from './tool.ts';

/** True on Debian and its relatives. */
export async function hasApt(): Promise<boolean> {
  return (await tryTool({ file: 'apt-get', args: ['--version'] })) !== undefined && existsSync('/usr/bin/dpkg');
}

interface ExtractOptions {
  readonly signal: AbortSignal | undefined;
  readonly onLine: (line: string) => void;
}

/**
 * Downloads Debian packages with the machine's own apt settings and unpacks them into a folder, all without root: apt
 * gets state and cache folders of its own, dpkg only extracts.
 *
 * @param alternatives groups of package names; the first group that this release of the distribution has is taken
 * @param folder what would be `/`; existing
 */
export async function extractPackages(
  alternatives: readonly (readonly string[])[],
  folder: string,
  options: ExtractOptions,
): Promise<void> {
  const work = join(folder, '.apt');
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'packages']) {
    await mkdir(join(work, part), { recursive: true });
  }
  await writeFile(join(work, 'state/status'), '');
  const apt = (args: readonly string[]) =>
    runTool({
      file: 'apt-get',
      args: [...aptOptions(work), ...args],
      cwd: join(work, 'packages'),
      signal: options.signal,
      onLine: (line) => options.onLine(withoutAddress(line)),
    });
  await apt(['update']);
  await downloadFirst(apt, alternatives);
  for (const name of await readdir(join(work, 'packages'))) {
    options.onLine(`unpacking ${name}`);
    await runTool({ file: 'dpkg', args: ['-x', join(work, 'packages', name), folder], signal: options.signal });
  }
  await rm(work, { recursive: true, force: true });
  await detachFromRoot(folder, folder);
}

async function downloadFirst(
  apt: (args: readonly string[]) => Promise<string>,
  alternatives: readonly (readonly string[])[],
): Promise<void> {
  let failure: unknown;
  for (const packages of alternatives) {
    try {
      await apt(['download', ...packages]);
      return;
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      failure = error;
    }
  }
  const names = alternatives.map((packages) => packages.join(' ')).join(' | ');
  throw new SetUpError(`apt-get could not download ${names}`, {
    next: `install it with the system's own means: sudo apt-get install ${alternatives[0]?.join(' ')}`,
    cause: failure,
  });
}

function aptOptions(work: string): string[] {
  const settings = [
    `Dir::State=${work}/state`,
    `Dir::State::status=${work}/state/status`,
    `Dir::Cache=${work}/cache`,
    // As root apt would change to a user that may not write into our folder.
    'APT::Sandbox::User=',
    'Debug::NoLocking=1',
    'Acquire::Retries=3',
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

/** Debian links configuration from /usr into /etc with absolute links: replaced by copies of the package's own files. */
async function detachFromRoot(folder: string, root: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await detachFromRoot(path, root);
    if (!entry.isSymbolicLink()) continue;
    const target = await readlink(path);
    if (!target.startsWith('/')) continue;
    const inside = join(root, target);
    const source = existsSync(inside) ? inside : resolve(dirname(path), target);
    await rm(path);
    if (existsSync(source)) await copyFile(source, path).catch(() => undefined);
  }
}

/** apt names the server of every download; people need the package's name and size. */
function withoutAddress(line: string): string {
  return line.replace(/\b\w+:\/\/\S+\s?/g, '');
}
