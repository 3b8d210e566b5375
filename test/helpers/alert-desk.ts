import type { RateLimitOptions } from '../../jobs/alert-desk/endpoint/rate-limit.ts';
import { serveEndpoint } from '../../jobs/alert-desk/endpoint/serve.ts';
import type { Episode } from '../../jobs/alerts/episodes.ts';
import type { Leadership } from '../../jobs/alerts/leadership.ts';
import { Mailer } from '../../jobs/alerts/mailer.ts';
import { OutboxMailer } from '../../jobs/alerts/outbox-mailer.ts';
import { commitBatch } from '../../jobs/alerts/store.ts';
import { createLogger, Secret } from '../../settings/index.ts';
import { type AlertDatabase, entry, TOPIC } from './alert-database.ts';
import { episode } from './episodes.ts';
import { MailCatcher } from './smtp.ts';

const log = createLogger({ name: 'test', destination: { write: () => {} } });
export const LINK_SECRET = new Secret('a secret of the tests, longer than 32 bytes');
export const EPISODE_ID = '0123456789abcdef0123456789abcdef';

/** The real endpoint on a free port, and a mailer whose links lead to it. */
export interface ServedDesk {
  readonly url: string;
  readonly catcher: MailCatcher;
  /** What the endpoint has logged. */
  readonly logged: () => string;
  /** Writes an open episode with its notification, waits for the mail, and gives the link in it. */
  mailedLink(overrides?: Partial<Episode>, kind?: 'opened' | 'reminded' | 'escalated'): Promise<string>;
  close(): Promise<void>;
}

export async function serveDesk(
  { pool }: AlertDatabase,
  lead: Leadership,
  { limits }: { limits?: RateLimitOptions } = {},
): Promise<ServedDesk> {
  let logged = '';
  const endpointLog = createLogger({ name: 'alerts', json: true, destination: { write: (text) => (logged += text) } });
  const served = {
    pool,
    topic: TOPIC,
    secret: LINK_SECRET,
    log: endpointLog,
    host: '127.0.0.1',
    port: 0,
    ...(limits && { limits }),
  };
  const [endpoint, catcher] = await Promise.all([serveEndpoint(served), MailCatcher.start()]);
  const smtp = catcher.settings({ MAIL_LINK: 'https://readings.example.org/' });
  const transport = new Mailer(smtp);
  const gaps = { mailGapMs: 0, urgentMailGapMs: 0 };
  const acknowledgeLink = { url: `${endpoint.url}/`, secret: LINK_SECRET, lifetimeMs: 3_600_000 };
  const mailer = new OutboxMailer({ pool, lead, mailer: transport, smtp, gaps, acknowledgeLink, log });
  mailer.start();
  return {
    url: endpoint.url,
    catcher,
    logged: () => logged,
    async mailedLink(overrides = {}, kind = 'opened') {
      const open = { id: EPISODE_ID, ...overrides };
      const count = catcher.mails.length + 1;
      await commitBatch(pool, lead, {
        outcome: { changed: [episode(open)], dropped: [], progress: new Map() },
        presences: [],
        outbox: [entry(kind, open)],
      });
      mailer.wake();
      const { mail } = (await catcher.arrived(count)).at(-1) ?? {};
      return /href="([^"]*\/acknowledge\/[^"]*)"/.exec(String(mail?.html))?.[1] ?? 'no link';
    },
    async close() {
      await mailer.stop();
      transport.close();
      await Promise.all([endpoint.close(), catcher.close()]);
    },
  };
}
