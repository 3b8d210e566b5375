import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetUpError } from '../setup/set-up-error.ts';
import { runTool, tryTool } from '../setup/tool.ts';

const DAYS = '3650';

export interface CertificateFiles {
  /** The certificate authority's certificate, which clients verify with. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  readAuthority(): Promise<string>;
}

export function certificateFiles(folder: string): CertificateFiles {
  const authority = join(folder, 'ca.pem');
  return {
    authority,
    certificate: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
    readAuthority: () => readFile(authority, 'utf8'),
  };
}

/**
 * Makes an authority and a server certificate for 127.0.0.1 and localhost, unless they are there. The authority's key
 * is thrown away: it can never sign another certificate.
 */
export async function provideCertificates(folder: string, signal: AbortSignal): Promise<void> {
  if (existsSync(folder)) return;
  if ((await tryTool({ file: 'openssl', args: ['version'], signal })) === undefined) {
    throw new SetUpError('openssl is missing: it makes the certificates of the local database', {
      next: 'install it: sudo apt-get install openssl',
    });
  }
  const temporary = `${folder}.new`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]) => runTool({ file: 'openssl', args, cwd: temporary, signal });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

  await openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    DAYS,
    '-subj',
    '/CN=Instant Health local CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  await openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr');
  await writeFile(
    join(temporary, 'server.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n',
  );
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'server.ext', '-days', DAYS];
  await openssl('x509', '-req', '-in', 'server.csr', ...signing, '-out', 'server.pem');
  for (const name of ['ca.key', 'ca.srl', 'server.csr', 'server.ext']) await rm(join(temporary, name), { force: true });
  await rename(temporary, folder);
}
