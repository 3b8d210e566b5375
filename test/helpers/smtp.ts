import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpSettings } from '../../settings/index.ts';
import { eventually } from './eventually.ts';

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
  /** The code that it was refused with. */
  readonly responseCode?: number;
}

type Behaviour =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly responseCode: number; readonly message: string; readonly times: number }
  | { readonly kind: 'stall' }
  | { readonly kind: 'take in silence' };

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
  /** What was refused. */
  readonly refused: CaughtMail[] = [];
  /** Connections since the start. */
  connections = 0;
  /** Attempts to sign in, and whether the line was encrypted. */
  readonly signIns: { readonly secure: boolean }[] = [];
  readonly port: number;
  readonly #server: SMTPServer;
  readonly #events = new EventEmitter();
  #behaviour: Behaviour = { kind: 'accept' };
  #brokenOffFor: string | undefined;
  #refusedFor: { readonly address: string; readonly responseCode: number; readonly message: string } | undefined;

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
      onAuth: ({ username, password }, { secure }, done) => {
        catcher?.signIns.push({ secure });
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

  /** Takes the next mail and does not say so, until {@link accept}; what comes after it is answered. */
  takeInSilence(): void {
    this.#behaviour = { kind: 'take in silence' };
  }

  /** Breaks the line in the middle of each mail to this address, without a word; undefined for none. */
  breakOffFor(address: string | undefined): void {
    this.#brokenOffFor = address;
  }

  /** Answers mails to this address with an error; those to others are taken. */
  refuseFor(address: string | undefined, responseCode = 451, message = '4.7.1 greylisted'): void {
    this.#refusedFor = address === undefined ? undefined : { address, responseCode, message };
  }

  accept(): void {
    this.#behaviour = { kind: 'accept' };
    this.#events.emit('accept');
  }

  /** Resolves when that many mails have arrived; rejects after the limit and says how many came. */
  async arrived(count: number, limitMs = 120_000): Promise<readonly CaughtMail[]> {
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
  async stalling(signal?: AbortSignal): Promise<void> {
    await once(this.#events, 'stalling', { signal });
  }

  /** Resolves when a mail is in hand: all of it has come, and nothing is answered yet. */
  async inHand(signal?: AbortSignal): Promise<void> {
    await once(this.#events, 'in hand', { signal });
  }

  /** Resolves when a mail has been refused. */
  async refusing(signal?: AbortSignal): Promise<void> {
    await once(this.#events, 'refused', { signal });
  }

  /** Closes all connections with 421, as servers do with those that are idle for long. */
  async hangUp(): Promise<void> {
    for (const connection of this.#server.connections) {
      connection.send(421, '4.4.2 idle for too long');
      connection.close();
    }
    await eventually(async () => this.#server.connections.size === 0, 'connections to be closed');
  }

  async close(): Promise<void> {
    this.accept();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  private async take(raw: Buffer, from: string, to: readonly string[]): Promise<string> {
    this.#events.emit('in hand');
    if (this.#brokenOffFor !== undefined && to.includes(this.#brokenOffFor)) {
      for (const connection of this.#server.connections) connection.close();
      return 'nobody hears this';
    }
    if (this.#refusedFor !== undefined && to.includes(this.#refusedFor.address)) {
      const { responseCode, message } = this.#refusedFor;
      this.refused.push({ ...(await caught(raw, from, to)), responseCode });
      throw Object.assign(new Error(message), { responseCode });
    }
    if (this.#behaviour.kind === 'take in silence') {
      this.#behaviour = { kind: 'accept' };
      this.mails.push(await caught(raw, from, to));
      await this.#untilAccepting();
      return 'too late';
    }
    if (this.#behaviour.kind === 'stall') await this.#untilAccepting();
    if (this.#behaviour.kind === 'refuse') {
      const { responseCode, message, times } = this.#behaviour;
      this.#behaviour = times > 1 ? { ...this.#behaviour, times: times - 1 } : { kind: 'accept' };
      this.refused.push({ ...(await caught(raw, from, to)), responseCode });
      this.#events.emit('refused');
      throw Object.assign(new Error(message), { responseCode });
    }
    this.mails.push(await caught(raw, from, to));
    this.#events.emit('mail');
    return `2.0.0 caught as ${this.mails.length}`;
  }

  async #untilAccepting(): Promise<void> {
    const accepted = once(this.#events, 'accept');
    this.#events.emit('stalling');
    await accepted;
  }
}

async function caught(raw: Buffer, from: string, to: readonly string[]): Promise<CaughtMail> {
  return { mail: await simpleParser(raw), from, to, raw, arrivedAt: Date.now() };
}
