import { z } from 'zod';
import { durationText } from './alert-section.ts';
import type { Environment } from './environment.ts';
import { OperatorError } from './operator-error.ts';
import { Secret } from './secret.ts';
import { field, isLoopback, parseSection } from './section.ts';

/** The links in mails with which a doctor acknowledges an episode. */
export interface AlertLinkSettings {
  /** Where `npm run alerts -- serve` is reached from outside, with a slash at its end. */
  readonly url: string;
  /** Signs the links; 32 bytes at least. */
  readonly secret: Secret;
  /** How long a link is good for. */
  readonly lifetimeMs: number;
}

const LEAST_SECRET_BYTES = 32;

/**
 * @returns undefined where nothing is set: mails carry no link then
 * @throws OperatorError with exit code 2 that names the variable; the address must be `https://` beyond this machine
 */
export function alertLinkSettings(environment: Environment): AlertLinkSettings | undefined {
  const { url, secret, lifetimeMs } = parseSection(environment, {
    url: field(
      'ALERT_LINK_URL',
      'a URL that starts with https:// (http:// for this machine only), without ? and #',
      z
        .url({ protocol: /^https?$/ })
        .refine((text) => !/[?#\s]/.test(text))
        .refine((text) => text.startsWith('https:') || isLoopback(new URL(text).hostname))
        .transform((text) => (text.endsWith('/') ? text : `${text}/`))
        .optional(),
    ),
    secret: field(
      'ALERT_LINK_SECRET',
      `${LEAST_SECRET_BYTES} bytes or more, best made by chance`,
      z
        .string()
        .refine((text) => Buffer.byteLength(text) >= LEAST_SECRET_BYTES)
        .transform((text) => new Secret(text))
        .optional(),
    ),
    lifetimeMs: field(
      'ALERT_LINK_LIFETIME',
      'a duration such as 24h, one minute at least',
      durationText.pipe(z.number().min(60_000)).default(24 * 3_600_000),
    ),
  });
  if (url === undefined && secret === undefined) return undefined;
  if (url === undefined || secret === undefined) {
    const [set, unset] =
      url === undefined ? ['ALERT_LINK_SECRET', 'ALERT_LINK_URL'] : ['ALERT_LINK_URL', 'ALERT_LINK_SECRET'];
    throw new OperatorError('SETTING_MISSING', `${unset} is not set, but ${set} is`, {
      exitCode: 2,
      next: 'Set both or neither.',
    });
  }
  return { url, secret, lifetimeMs };
}
