import type { AlertLinkSettings } from '../../settings/index.ts';
import { type LinkedNotification, signToken } from './acknowledge-token.ts';
import type { MailItem } from './mail-item.ts';

/** The path of a link under ALERT_LINK_URL, before its token. */
export const ACKNOWLEDGE_PATH = 'acknowledge';

/**
 * Gives each notification of a mail its link. Links count from now, when the mail is written: one that had to wait is as good
 * as any. Another attempt carries a link of the same notification, and only one of them can be used.
 *
 * @returns undefined where no links are configured
 */
export function acknowledgeLinks(
  rowOf: ReadonlyMap<MailItem, LinkedNotification>,
  settings: AlertLinkSettings | undefined,
): ((item: MailItem) => string | undefined) | undefined {
  if (!settings) return undefined;
  const { url, secret, lifetimeMs } = settings;
  return (item) => {
    const row = rowOf.get(item);
    return row && `${url}${ACKNOWLEDGE_PATH}/${signToken(row, Date.now() + lifetimeMs, secret)}`;
  };
}
