import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { userInfo } from 'node:os';
import { expect } from 'chai';
import { loadEnvironment, readStackState } from '../../settings/index.ts';

export interface HdfsEntry {
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY';
  readonly length: number;
  /** Milliseconds since the epoch. */
  readonly modificationTime: number;
}

/** HDFS through the NameNode's web interface: what tests see without Spark. */
export class Hdfs {
  readonly #web: string;

  constructor(web: string | undefined = loadEnvironment().WEBHDFS_URL) {
    if (!web) throw new Error('WEBHDFS_URL is not set: run "npm run stack -- up"');
    this.#web = web;
  }

  /** What is in a directory; undefined where there is none. */
  async list(directory: string): Promise<readonly HdfsEntry[] | undefined> {
    const response = await this.#call('GET', directory, 'LISTSTATUS');
    if (response.status === 404) return undefined;
    const { FileStatuses } = (await checked(response)) as { FileStatuses: { FileStatus: HdfsEntry[] } };
    return FileStatuses.FileStatus;
  }

  async names(directory: string): Promise<readonly string[]> {
    return ((await this.list(directory)) ?? []).map(({ pathSuffix }) => pathSuffix);
  }

  async readText(file: string): Promise<string> {
    const response = await this.#call('GET', file, 'OPEN');
    if (!response.ok) await checked(response);
    return response.text();
  }

  async makeDirectory(directory: string): Promise<void> {
    await checked(await this.#call('PUT', directory, 'MKDIRS'));
  }

  async writeText(file: string, text: string): Promise<void> {
    const redirect = await this.#call('PUT', file, 'CREATE&overwrite=true&noredirect=true');
    const { Location } = (await checked(redirect)) as { Location: string };
    // DataNodes answer 100 Continue unasked, which fetch does not take.
    const sending = request(Location, { method: 'PUT' }).end(text);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    expect(response.statusCode, `${file} was not written`).to.equal(201);
  }

  /** Lets a directory hold so many names, itself included; null for as many as it likes. */
  async setNameQuota(directory: string, names: number | null): Promise<void> {
    const quota = names ?? '-1';
    const response = await this.#call('PUT', directory, `SETQUOTA&namespacequota=${quota}`);
    expect(response.status, await response.text()).to.equal(200);
  }

  async setOwner(path: string, owner: string): Promise<void> {
    const response = await this.#call('PUT', path, `SETOWNER&owner=${owner}`);
    expect(response.status, await response.text()).to.equal(200);
  }

  async remove(path: string): Promise<void> {
    await checked(await this.#call('DELETE', path, 'DELETE&recursive=true'));
  }

  /** As the user that started the NameNode, who may do everything. */
  #call(method: string, path: string, operation: string): Promise<Response> {
    const mode = readStackState()?.mode;
    const user = mode === undefined || mode === 'native' ? userInfo().username : 'hadoop';
    return fetch(`${this.#web}/webhdfs/v1${path}?user.name=${user}&op=${operation}`, { method });
  }
}

async function checked(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`WebHDFS answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
