import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpSettings } from '../../settings/index.ts';

/** A mail as it arrived. */
export interface CaughtMail {
  readonly mail: ParsedMail;
  /** Envelope, which decides where a mail goes, whatever its headers say. */
  readonly from: string;
  readonly to: readonly string[];
  /** The bytes between DATA and the final dot. */
  readonly raw: Buffer;
  /** When the server was about to answer 250; epoch milliseconds. */
  readonly arrivedAt: number;
}

type Behaviour =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly responseCode: number; readonly message: string; readonly times: number }
  | { readonly kind: 'stall' };

export interface MailCatcherOptions {
  /** A free one by default. */
  readonly port?: number;
  /** PEM key and certificate: the server then offers STARTTLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The only sign-in that is taken; none is asked for without it. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** An SMTP server in the test's own process: it records every mail, and refuses or stalls when told to. */
export class MailCatcher {
  readonly mails: CaughtMail[] = [];
  /** Connections since the start. */
  connections = 0;
  readonly port: number;
  readonly #server: SMTPServer;
  readonly #events = new EventEmitter();
  #behaviour: Behaviour = { kind: 'accept' };

  private constructor(server: SMTPServer) {
    this.#server = server;
    this.port = (server.server.address() as AddressInfo).port;
  }

  static async start(options: MailCatcherOptions = {}): Promise<MailCatcher> {
    let catcher: MailCatcher | undefined;
    const { tls, credentials } = options;
    const serverOptions: SMTPServerOptions = {
      ...(tls ? { key: tls.key, cert: tls.cert } : { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }),
      authOptional: credentials === undefined,
      allowInsecureAuth: true,
      logger: false,
      onConnect: (_session, done) => {
        if (catcher) catcher.connections += 1;
        done();
      },
      onAuth: ({ username, password }, _session, done) => {
        const known = username === credentials?.user && password === credentials?.password;
        if (known) done(null, { user: username });
        else done(Object.assign(new Error('5.7.8 not known here'), { responseCode: 535 }));
      },
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address);
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          catcher?.take(Buffer.concat(chunks), from, to).then((response) => done(null, response), done);
        });
      },
    };
    const server = new SMTPServer(serverOptions);
    // A client that goes away in the middle of a mail is part of the tests.
    server.on('error', () => {});
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server.server, 'listening');
    catcher = new MailCatcher(server);
    return catcher;
  }

  /** Settings of a Mailer that talks to this server. */
  settings(overrides: Readonly<Record<string, string>> = {}) {
    return smtpSettings({ ...this.environment, ...overrides });
  }

  get environment(): Readonly<Record<string, string>> {
    return { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(this.port), SMTP_TLS: 'off' };
  }

  /** Answers the next mails with an error, then accepts again. */
  refuse(responseCode: number, message: string, times = Number.POSITIVE_INFINITY): void {
    this.#behaviour = { kind: 'refuse', responseCode, message, times };
  }

  /** Takes mails and never answers, until {@link accept}. */
  stall(): void {
    this.#behaviour = { kind: 'stall' };
  }

  accept(): void {
    this.#behaviour = { kind: 'accept' };
    this.#events.emit('accept');
  }

  /** Resolves when that many mails have arrived; rejects after the limit and says how many came. */
  async arrived(count: number, limitMs = 10_000): Promise<readonly CaughtMail[]> {
    const limit = AbortSignal.timeout(limitMs);
    while (this.mails.length < count) {
      try {
        await once(this.#events, 'mail', { signal: limit });
      } catch {
        throw new Error(`${this.mails.length} of ${count} mails arrived within ${limitMs} ms`);
      }
    }
    return this.mails;
  }

  /** Resolves when a mail has come in that is being stalled. */
  async stalling(): Promise<void> {
    await once(this.#events, 'stalling');
  }

  async close(): Promise<void> {
    this.accept();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  private async take(raw: Buffer, from: string, to: readonly string[]): Promise<string> {
    if (this.#behaviour.kind === 'stall') {
      const accepted = once(this.#events, 'accept');
      this.#events.emit('stalling');
      await accepted;
    }
    if (this.#behaviour.kind === 'refuse') {
      const { responseCode, message, times } = this.#behaviour;
      this.#behaviour = times > 1 ? { ...this.#behaviour, times: times - 1 } : { kind: 'accept' };
      throw Object.assign(new Error(message), { responseCode });
    }
    const mail = await simpleParser(raw);
    this.mails.push({ mail, from, to, raw, arrivedAt: Date.now() });
    this.#events.emit('mail');
    return `2.0.0 caught as ${this.mails.length}`;
  }
}
