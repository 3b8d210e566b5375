import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail, and the moment at which the server answered 250 to it. */
export interface TimedMail {
  readonly raw: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** A mail server in this process that takes everything at once and notes when; it reads nothing before it has answered. */
export class TimingCatcher {
  readonly mails: TimedMail[] = [];
  readonly port: number;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, mails: TimedMail[]) {
    this.#server = server;
    this.mails = mails;
    this.port = (server.server.address() as AddressInfo).port;
  }

  static async start(): Promise<TimingCatcher> {
    const mails: TimedMail[] = [];
    const server = new SMTPServer({
      hideSTARTTLS: true,
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          done();
          mails.push({ raw: Buffer.concat(chunks).toString('utf8'), acceptedAt: Date.now() });
        });
      },
    });
    // A driver that is stopped in the middle of a mail is no failure of this server.
    server.on('error', () => {});
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return new TimingCatcher(server, mails);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
