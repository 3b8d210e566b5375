import nodemailer, { type Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { codeOf, messageOf, OperatorError, readAuthority, type SmtpSettings } from '../../settings/index.ts';
import { headerText, type MailContent } from './mail-template.ts';

const CONNECTION_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 10_000;
/** A server that says nothing for this long in the middle of a mail is taken for dead. */
const SOCKET_TIMEOUT_MS = 30_000;
const MESSAGE_ID = /^<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>$/;

/** A mail to one doctor. */
export interface AlertMail extends MailContent {
  readonly to: string;
  /** `<text@domain>`: the same for each attempt, so that a mail program shows a repeated one once. */
  readonly messageId: string;
  /** Message-IDs of earlier mails about the same, the first one first: together they are one conversation. */
  readonly references?: readonly string[];
  /**
   * Names of the conversations that it belongs to, in the form of Message-IDs, though no mail has them. They hold mails together
   * where the server puts Message-IDs of its own in the place of ours, as Amazon SES does.
   */
  readonly conversations?: readonly string[];
  /** Names of what the mail tells, for whoever compares mails with the database. */
  readonly notificationKeys?: readonly string[];
}

export interface Delivery {
  readonly messageId: string;
  /** The server's line, e.g. `250 2.0.0 OK queued as 4711`. */
  readonly response: string;
}

export interface MailerOptions {
  /** Silence of the server that counts as failure, in milliseconds; 30,000 by default. */
  readonly socketTimeoutMs?: number;
}

/** Sends alert mails over a connection that stays open. */
export class Mailer {
  readonly #transport: Transporter<SMTPPool.SentMessageInfo>;
  readonly #settings: SmtpSettings;

  /** @throws OperatorError `SMTP_CA_UNREADABLE`, exit code 2 */
  constructor(settings: SmtpSettings, options: MailerOptions = {}) {
    this.#settings = settings;
    const { credentials, caFile } = settings;
    const implicitTls = settings.tls === 'required' && settings.port === 465;
    this.#transport = nodemailer.createTransport({
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
      host: settings.host,
      port: settings.port,
      secure: implicitTls,
      requireTLS: settings.tls === 'required' && !implicitTls,
      ignoreTLS: settings.tls === 'off',
      tls: {
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ...(caFile === undefined ? {} : { ca: readAuthority('SMTP_CA', caFile) }),
      },
      ...(credentials && { auth: { user: credentials.user, pass: credentials.password.reveal() } }),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      greetingTimeout: GREETING_TIMEOUT_MS,
      socketTimeout: options.socketTimeoutMs ?? SOCKET_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * Sends one mail and waits for the server to take it.
   *
   * @throws OperatorError `SMTP_UNREACHABLE`, `SMTP_ACCESS_DENIED`, `SMTP_TLS`, `SMTP_REFUSED`, `SMTP_FAILED`,
   *   naming SMTP_HOST and the variable to look at, or `MAIL_HEADER_UNSAFE` / `MAIL_ADDRESS_INVALID`
   */
  async send(mail: AlertMail): Promise<Delivery> {
    const to = singleAddress(mail.to);
    const subject = headerText(mail.subject, 'a subject');
    const { references = [], conversations = [], notificationKeys = [], pictures = [] } = mail;
    if (![mail.messageId, ...references, ...conversations].every((id) => MESSAGE_ID.test(id))) {
      throw new OperatorError('MAIL_HEADER_UNSAFE', 'A Message-ID has the form <text@domain>');
    }
    try {
      const sent = await this.#transport.sendMail({
        from: { name: 'Instant Health Alert', address: this.#settings.from },
        to: { name: '', address: to },
        subject,
        text: mail.text,
        html: mail.html,
        messageId: mail.messageId,
        references: [...conversations, ...references],
        ...(references.length > 0 ? { inReplyTo: references.at(-1) ?? '' } : {}),
        attachments: pictures.map(({ contentId, png }) => ({
          cid: contentId,
          content: png,
          contentType: 'image/png',
          contentDisposition: 'inline' as const,
          filename: `${contentId.split('@')[0]}.png`,
        })),
        // Keeps out-of-office notes and mailing-list robots from answering an alert.
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          ...(notificationKeys.length > 0
            ? { 'X-Instant-Health-Notifications': headerText(notificationKeys.join(' '), 'a notification') }
            : {}),
        },
      });
      return { messageId: sent.messageId, response: sent.response };
    } catch (error) {
      throw smtpError(error, this.#settings);
    }
  }

  /** Connects and signs in without sending anything, to tell wrong settings before the first alert. */
  async verify(): Promise<void> {
    try {
      await this.#transport.verify();
    } catch (error) {
      throw smtpError(error, this.#settings);
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** What a failure means for the mail. */
export type MailFailure =
  /** A definite no to this mail, or a mail that cannot be sent at all. */
  | 'refused'
  /** Not this mail now. */
  | 'later'
  /** No mail at all can be sent now: the server is away, or does not let us in. */
  | 'no server';

export function mailFailure(error: unknown): MailFailure {
  if (!(error instanceof OperatorError)) return 'later';
  if (['MAIL_HEADER_UNSAFE', 'MAIL_ADDRESS_INVALID', 'MAIL_VALUE_INVALID'].includes(error.code)) return 'refused';
  if (error.code === 'SMTP_FAILED') return 'later';
  if (error.code !== 'SMTP_REFUSED') return 'no server';
  const response = responseCodeOf(error.cause);
  // 421: the server is closing; it says nothing about the mail.
  if (response === undefined || response === 421) return 'no server';
  return response >= 500 ? 'refused' : 'later';
}

function singleAddress(address: string): string {
  const checked = headerText(address, "a doctor's address");
  if (!/^[^\s@,;<>"()]+@[^\s@,;<>"()]+$/.test(checked)) {
    throw new OperatorError('MAIL_ADDRESS_INVALID', "A doctor's address is not one mail address", {
      next: 'Correct doctor_email in patients_information.',
    });
  }
  return checked;
}

function smtpError(error: unknown, settings: SmtpSettings): OperatorError {
  if (error instanceof OperatorError) return error;
  const at = `${settings.host}:${settings.port}`;
  const code = codeOf(error);
  const response = responseCodeOf(error);
  const make = (ourCode: string, message: string, next: string) =>
    new OperatorError(ourCode, message, { cause: error, next });
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return make(
      'SMTP_ACCESS_DENIED',
      `The mail server at ${at} refuses the sign-in`,
      'Check SMTP_USER and SMTP_PASSWORD.',
    );
  }
  if (code === 'ETLS' || /certificate|self.signed|STARTTLS|wrong version number/i.test(messageOf(error))) {
    return make(
      'SMTP_TLS',
      `No trusted TLS connection to the mail server at ${at}: ${messageOf(error)}`,
      'Check SMTP_HOST and SMTP_PORT, and SMTP_CA where the certificate is of an authority of your own; SMTP_TLS=off is for a server on this machine only.',
    );
  }
  if (response !== undefined) {
    return make(
      'SMTP_REFUSED',
      `The mail server at ${at} refuses a mail: ${messageOf(error)}`,
      'Check MAIL_FROM, doctor_email in patients_information and the rules of SMTP_HOST.',
    );
  }
  if (['ECONNECTION', 'ESOCKET', 'EDNS', 'ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET'].includes(code)) {
    return make(
      'SMTP_UNREACHABLE',
      `No mail server answers at ${at}: ${messageOf(error)}`,
      'Check SMTP_HOST and SMTP_PORT, and that the server runs.',
    );
  }
  return make('SMTP_FAILED', `The mail server at ${at}: ${messageOf(error)}`, 'Check SMTP_HOST.');
}

function responseCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}
