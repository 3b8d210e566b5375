import { type Environment, OperatorError, type SmtpSettings, smtpSettings } from '../../settings/index.ts';
import { Mailer } from '../alerts/mailer.ts';
import { Attempt } from './attempt.ts';
import { type Check, checksOf, type ServiceChecks } from './check.ts';
import { lineChecks } from './line.ts';

const LIMIT_MS = 15_000;
const TLS_FAILURES = new Set(['SMTP_TLS', 'SMTP_CA_UNREADABLE']);
const link = 'mail';
const check = checksOf({ link, from: 'here', limitMs: LIMIT_MS });

/** From here to the mail server: settings, name, port, TLS, sign-in. No mail is sent. */
export function mailChecks(environment: () => Environment, after: readonly Check[]): ServiceChecks<SmtpSettings> {
  const found = () => smtpSettings(environment());
  const settings = check('settings', {
    after,
    next: 'Set the variables in the environment or in .env.',
    run: async () => {
      const { host, port, tls, credentials } = found();
      return `${host}:${port}, TLS ${tls}, ${credentials ? `user ${credentials.user}` : 'no sign-in'}`;
    },
  });
  const { dns, port } = lineChecks({
    link,
    setting: 'SMTP_HOST and SMTP_PORT',
    after: [settings],
    addresses: () => [found()],
  });
  const attempt = new Attempt(async () => {
    const mailer = new Mailer(found());
    try {
      await mailer.verify();
    } finally {
      mailer.close();
    }
  });
  const tls = check('tls', {
    after: [port],
    next: 'Check SMTP_PORT (587 with STARTTLS, 465 with TLS from the start).',
    run: async () => {
      // A refused sign-in comes after the handshake: it is the next check's.
      const failure = await attempt.failure();
      if (failure instanceof OperatorError && TLS_FAILURES.has(failure.code)) throw failure;
      return found().tls === 'off'
        ? 'none, on this machine only (SMTP_TLS=off)'
        : `trusted by ${found().caFile ?? "the system's authorities"}`;
    },
  });
  const login = check('login', {
    after: [tls],
    next: 'Check SMTP_USER and SMTP_PASSWORD.',
    run: async () => {
      await attempt.get();
      const { credentials } = found();
      return credentials ? `as ${credentials.user}` : 'none is asked for';
    },
  });
  return { checks: [settings, dns, port, tls, login], settings, found, close: () => Promise.resolve() };
}
