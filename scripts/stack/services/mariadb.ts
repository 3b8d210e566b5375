import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { prepareDemoDatabase } from '../../../database/index.ts';
import { runTool } from '../../setup/tool.ts';
import { certificateFiles, provideCertificates } from '../certificates.ts';
import { portOf, type Service, type ServiceContext, type StartContext } from '../service.ts';

const DATABASE = 'health';
const USER = 'health';

/** MariaDB 11.4 on 127.0.0.1, TLS only. */
export const mariadb: Service = {
  name: 'mariadb',
  portNames: ['sql'],
  after: [],
  readyWithinMs: 60_000,

  async prepare(context, signal) {
    const { folder, data, initFile } = places(context);
    await mkdir(folder, { recursive: true });
    await provideCertificates(join(folder, 'tls'), signal);
    if (!existsSync(data)) await initialise(context, data, signal);
    await writeFile(initFile, accountStatements(context), { mode: 0o600 });
  },

  async command(context) {
    const { folder, data, initFile } = places(context);
    const base = context.installation.mariadb;
    const tls = certificateFiles(join(folder, 'tls'));
    return {
      file: join(base, 'bin', 'mariadbd'),
      args: [
        '--no-defaults',
        `--basedir=${base}`,
        `--datadir=${data}`,
        `--tmpdir=${data}`,
        `--port=${portOf(context, 'mariadb', 'sql')}`,
        '--bind-address=127.0.0.1',
        // A path of ours could be longer than the 107 bytes that a socket's name may have.
        '--socket=s.sock',
        `--pid-file=${join(data, 'mariadbd.pid')}`,
        `--init-file=${initFile}`,
        `--ssl-ca=${tls.authority}`,
        `--ssl-cert=${tls.certificate}`,
        `--ssl-key=${tls.key}`,
        '--require-secure-transport=ON',
        '--character-set-server=utf8mb4',
        '--default-time-zone=+00:00',
        '--innodb-buffer-pool-size=64M',
        '--performance-schema=OFF',
        '--skip-name-resolve',
        ...asRoot(),
      ],
      cwd: folder,
    };
  },

  async isReady(context) {
    const { folder } = places(context);
    const connection = await createConnection({
      host: '127.0.0.1',
      port: portOf(context, 'mariadb', 'sql'),
      user: USER,
      password: context.secrets.databasePassword,
      database: DATABASE,
      connectTimeout: 2000,
      ssl: { ca: await certificateFiles(join(folder, 'tls')).readAuthority() },
    });
    try {
      await connection.query('SELECT 1');
      return true;
    } finally {
      connection.destroy();
    }
  },

  // Tables, limits, patients and readings of the demonstration, where there are none yet.
  furnish: (context) => prepareDemoDatabase(databaseEnvironment(context)),

  environment: databaseEnvironment,

  links: () => ({}),
};

function databaseEnvironment(context: ServiceContext): Record<string, string> {
  return {
    DATABASE_HOST: '127.0.0.1',
    DATABASE_PORT: String(portOf(context, 'mariadb', 'sql')),
    DATABASE_USER: USER,
    DATABASE_PASSWORD: context.secrets.databasePassword,
    DATABASE_NAME: DATABASE,
    DATABASE_TLS: 'required',
    DATABASE_CA: certificateFiles(join(places(context).folder, 'tls')).authority,
  };
}

function places(context: ServiceContext) {
  const folder = context.layout.folder('mariadb');
  return {
    folder,
    data: join(folder, 'data'),
    initFile: join(folder, 'accounts.sql'),
  };
}

async function initialise(context: StartContext, data: string, signal: AbortSignal): Promise<void> {
  const base = context.installation.mariadb;
  const temporary = `${data}.new`;
  await rm(temporary, { recursive: true, force: true });
  await runTool({
    file: join(base, 'scripts', 'mariadb-install-db'),
    args: [
      '--no-defaults',
      `--basedir=${base}`,
      // Beginning with its dot: the script writes the folder without quotes in one place, where a space would part it.
      `--datadir=./${basename(temporary)}`,
      '--auth-root-authentication-method=normal',
      '--skip-name-resolve',
      '--skip-test-db',
      '--force',
      ...asRoot(),
    ],
    cwd: dirname(temporary),
    env: context.toolEnvironment,
    signal,
  });
  await rename(temporary, data);
}

/** Runs at every start, so accounts always fit secrets.json. Tests make databases of their own named health…. */
function accountStatements(context: ServiceContext): string {
  const { databasePassword, databaseRootPassword } = context.secrets;
  return [
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${databaseRootPassword}';`,
    `CREATE USER IF NOT EXISTS '${USER}'@'127.0.0.1';`,
    `ALTER USER '${USER}'@'127.0.0.1' IDENTIFIED BY '${databasePassword}' REQUIRE SSL;`,
    `GRANT ALL PRIVILEGES ON \`${DATABASE}%\`.* TO '${USER}'@'127.0.0.1';`,
    `CREATE DATABASE IF NOT EXISTS \`${DATABASE}\` CHARACTER SET utf8mb4;`,
    '',
  ].join('\n');
}

function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}
