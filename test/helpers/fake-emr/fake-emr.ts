// A FAKE of EMR's sessions, whole: AWS's endpoint, and the proxy before a real Spark Connect server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateFiles, provideCertificates } from '../../../scripts/stack/certificates.ts';
import { FakeAccount } from './account.ts';
import { startAwsEndpoint } from './aws-endpoint.ts';
import { SessionProxy } from './session-proxy.ts';

const SECRET_KEY = 'fake-secret-access-key-4711';

export class FakeEmr {
  readonly account: FakeAccount;
  readonly proxy: SessionProxy;
  /** What makes a command use it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #endpoint: Server;
  readonly #folder: string;

  private constructor(account: FakeAccount, proxy: SessionProxy, endpoint: Server, url: string, folder: string) {
    this.account = account;
    this.proxy = proxy;
    this.#endpoint = endpoint;
    this.#folder = folder;
    this.environment = {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIAFAKEFAKEFAKEFAKE',
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      SPARK_CA: certificateFiles(join(folder, 'tls')).authority,
      SPARK_REMOTE: '',
    };
  }

  /** @param sparkRemote `sc://host:port` of the real server behind the fake */
  static async start(sparkRemote: string): Promise<FakeEmr> {
    const folder = mkdtempSync(join(tmpdir(), 'instant-health-fake-emr-'));
    const tls = join(folder, 'tls');
    await provideCertificates(tls, AbortSignal.timeout(120_000));
    const { certificate, key } = certificateFiles(tls);
    const account = new FakeAccount();
    const upstream = sparkRemote.replace(/^sc:\/\//, '').replace(/\/.*$/, '');
    const proxy = await SessionProxy.start(upstream, account, {
      cert: readFileSync(certificate, 'utf8'),
      key: readFileSync(key, 'utf8'),
    });
    account.endpoint = `https://localhost:${proxy.port}`;
    const { server, url } = await startAwsEndpoint(account);
    return new FakeEmr(account, proxy, server, url, folder);
  }

  /** Everything that no output may show. */
  get secrets(): readonly string[] {
    return [SECRET_KEY, ...this.account.tokens];
  }

  async close(): Promise<void> {
    await this.proxy.close();
    this.#endpoint.closeAllConnections();
    this.#endpoint.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
