// RDS itself is not here: a stand-in asks for a clear-text password over TLS, as RDS does with users of its IAM plugin.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { connect, openPool } from '../../../database/index.ts';
import { databaseSettings, stackDirectory } from '../../../settings/index.ts';

/** Those of the stack's own database. */
const CERTIFICATES = path.join(stackDirectory(), 'data', 'mariadb', 'tls');
const SSL = 0x0800;
const SSL_REQUEST_BYTES = 36;
const CAPABILITIES = 0x00000200 | 0x00008000 | 0x00080000 | SSL | 0x1;

/** One packet of MySQL's protocol: length, sequence number, payload. */
function packet(sequence: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
function greeting(): Buffer {
  const capabilities = Buffer.alloc(4);
  capabilities.writeUInt32LE(CAPABILITIES);
  return packet(
    0,
    Buffer.from('\x0a8.4.6\0\x01\0\0\0'),
    Buffer.from('12345678\0'),
    capabilities.subarray(0, 2),
    Buffer.from([0x21, 2, 0]),
    capabilities.subarray(2),
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0mysql_native_password\0'),
  );
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

/** Leaves what comes behind in the socket: the client goes on with TLS without waiting. */
async function exactly(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = socket.read(bytes);
    if (chunk !== null) return chunk;
    await once(socket, 'readable');
  }
}

/** Keeps the passwords that were sent, and answers every statement with OK. */
class StandIn {
  readonly passwords: string[] = [];
  readonly #server: Server;
  port = 0;

  constructor(tls: { key: Buffer; cert: Buffer }) {
    this.#server = createServer((socket) => void this.#serve(socket, tls).catch(() => socket.destroy()));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
  }

  async #serve(plain: Socket, tls: { key: Buffer; cert: Buffer }): Promise<void> {
    plain.write(greeting());
    const request = await exactly(plain, SSL_REQUEST_BYTES);
    if ((request.readUInt32LE(4) & SSL) === 0) throw new Error('the client does not ask for TLS');
    const socket = new TLSSocket(plain, { isServer: true, ...tls });
    await once(socket, 'data');
    socket.write(packet(3, Buffer.from('\xfemysql_clear_password\0', 'latin1')));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    this.passwords.push(answer.subarray(4).toString());
    socket.write(packet(5, OK));
    socket.on('data', () => socket.write(packet(1, OK)));
  }
}

describe('signing in to RDS with IAM, against a stand-in', () => {
  let standIn: StandIn;
  const restore = { ...process.env };

  before(async () => {
    const file = (name: string) => readFileSync(path.join(CERTIFICATES, name));
    standIn = new StandIn({ key: file('server.key'), cert: file('server.pem') });
    await standIn.listen();
  });

  beforeEach(() => {
    process.env.AWS_ACCESS_KEY_ID = 'emulated';
    process.env.AWS_SECRET_ACCESS_KEY = 'emulated-secret-key';
    process.env.AWS_REGION = 'eu-central-1';
    process.env.AWS_CONFIG_FILE = '/dev/null';
    process.env.AWS_SHARED_CREDENTIALS_FILE = '/dev/null';
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
  });

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, restore);
  });

  after(() => standIn.close());

  const settings = () =>
    databaseSettings({
      DATABASE_HOST: '127.0.0.1',
      DATABASE_PORT: String(standIn.port),
      DATABASE_AUTH: 'iam',
      DATABASE_CA: path.join(CERTIFICATES, 'ca.pem'),
    });

  it('sends each new connection its own signed token, over TLS, and never the secret key', async () => {
    const pool = openPool(settings(), { connectionLimit: 2 });
    const [one, two] = await Promise.all([pool.getConnection(), pool.getConnection()]);
    one.release();
    two.release();
    await pool.end();
    expect(standIn.passwords).to.have.length(2);
    for (const token of standIn.passwords) {
      expect(token.at(-1)).to.equal('\0');
      const request = new URL(`https://${token.slice(0, -1)}`);
      expect(request.host).to.equal(`127.0.0.1:${standIn.port}`);
      expect(Object.fromEntries(request.searchParams)).to.include({ Action: 'connect', DBUser: 'health' });
      expect(request.searchParams.get('X-Amz-Credential')).to.match(/^emulated\/\d+\/eu-central-1\/rds-db\//);
      expect(token).not.to.contain('emulated-secret-key');
    }
  });

  it('says that there are no credentials', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    const error = await connect(settings()).then(
      () => new Error('connected'),
      (thrown: Error) => thrown,
    );
    expect(error).to.include({ code: 'AWS_NO_CREDENTIALS' });
    expect(error.message).to.match(/^Cannot sign in to the database at 127\.0\.0\.1:\d+: no AWS credentials/);
  });

  it('is refused without TLS', () => {
    const plain = { DATABASE_HOST: '127.0.0.1', DATABASE_AUTH: 'iam', DATABASE_TLS: 'off' };
    expect(() => databaseSettings(plain)).to.throw(/DATABASE_AUTH=iam sends a token and needs TLS/);
  });
});
