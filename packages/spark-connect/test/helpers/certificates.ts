/** Certificates of an authority that only a test knows, made by openssl for a day. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly certificate: Buffer;
  /** The certificate's own PEM file: it is its own authority. */
  readonly file: string;
  remove(): Promise<void>;
}

/** @param names what the certificate is for, as openssl writes it: `DNS:localhost,IP:127.0.0.1` */
export async function selfSigned(names: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-connect-certificate-'));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=spark-connect test', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...key, ...subject, '-out', file], { stdio: 'ignore' });
  return {
    key: await readFile(keyFile),
    certificate: await readFile(file),
    file,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
