import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isLoopback, type Logger, messageOf, type Secret } from '../../../settings/index.ts';
import { ACKNOWLEDGE_PATH } from '../../alerts/acknowledge-link.ts';
import type { Desk } from '../desk.ts';
import { followLink, lookUp } from './linked-episode.ts';
import { LONGEST_NOTE, linkPage, PAGE_HEADERS, type Page, troublePage } from './page.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';

export interface EndpointOptions extends Pick<Desk, 'pool' | 'topic'> {
  readonly secret: Secret;
  readonly log: Logger;
  readonly limits?: RateLimitOptions;
}

/** A person needs two requests for a link; a program that guesses needs more than there are years. */
const LIMITS: RateLimitOptions = { burst: 40, perMinute: 60 };
const LONGEST_BODY = 4_096;
const LINK = `/${ACKNOWLEDGE_PATH}/:token`;
const FORM = 'application/x-www-form-urlencoded';

/**
 * What answers the links of mails. GET and HEAD only look: programs follow links of mails, too. Only the page's own button,
 * a POST, acknowledges.
 */
export function endpoint(options: EndpointOptions): Hono {
  const { pool, log, secret } = options;
  const app = new Hono();
  app.use(accessLog(log));

  app.get('/health', async (context) => {
    const answers = await pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
    const headers = { 'Cache-Control': 'no-store' };
    return context.json({ status: answers ? 'ok' : 'database away' }, answers ? 200 : 503, headers);
  });

  app.use(LINK, rateLimit(options.limits ?? LIMITS));
  const tooLong = () => answer(troublePage(413, 'That was too long', `A note has ${LONGEST_NOTE} characters at most.`));
  app.use(LINK, bodyLimit({ maxSize: LONGEST_BODY, onError: tooLong }));

  app.get(LINK, async (context) => answer(linkPage(await lookUp(options, secret, context.req.param('token')))));

  app.post(LINK, async (context) => {
    const type = context.req.header('Content-Type') ?? FORM;
    if (type.split(';')[0]?.trim().toLowerCase() !== FORM) {
      return answer(troublePage(415, 'That was no form', 'Please use the button on the page of the link.'));
    }
    const note = new URLSearchParams(await context.req.text()).get('note')?.slice(0, LONGEST_NOTE);
    const { linked, done } = await followLink(options, secret, context.req.param('token'), note);
    return answer(linkPage(linked, done));
  });

  app.all(LINK, () => {
    const page = troublePage(405, 'That cannot be done here', 'Please open the link from the mail.');
    return answer(page, { Allow: 'GET, HEAD, POST' });
  });
  app.notFound(() => answer(troublePage(404, 'There is nothing here', 'Please open the link from the mail.')));
  app.onError((error) => {
    log.error(`a request failed: ${messageOf(error)}`);
    const page = troublePage(
      503,
      'This cannot be done at the moment',
      'Nothing was acknowledged. Please try again soon.',
    );
    return answer(page, { 'Retry-After': '30' });
  });
  return app;
}

function answer({ status, html }: Page, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(html, { status, headers: { ...PAGE_HEADERS, ...headers } });
}

/** A line for each request, without token, address or anything else that was sent. */
function accessLog(log: Logger): MiddlewareHandler {
  return async (context, next) => {
    const started = performance.now();
    await next();
    const { pathname } = new URL(context.req.url);
    const isLink = pathname.startsWith(`/${ACKNOWLEDGE_PATH}/`);
    const place = isLink ? `/${ACKNOWLEDGE_PATH}/…` : pathname === '/health' ? pathname : '(another path)';
    const method = context.req.method.slice(0, 10);
    log.info(`${method} ${place} ${context.res.status}, ${Math.round(performance.now() - started)} ms`);
  };
}

function rateLimit(limits: RateLimitOptions): MiddlewareHandler {
  const limit = new RateLimit(limits);
  return async (context, next) => {
    const seconds = limit.take(clientOf(context), performance.now());
    if (seconds === 0) return await next();
    const page = troublePage(429, 'Too many requests', 'Please try again in a minute.');
    return answer(page, { 'Retry-After': String(seconds) });
  };
}

/** A proxy on this machine tells whom it speaks for, at the end of the list; what others say of themselves does not count. */
function clientOf(context: Context): string {
  const address = getConnInfo(context).remote.address ?? '';
  const peer = address.replace(/^::ffff:/, '');
  const forwarded = context.req.header('X-Forwarded-For')?.split(',').at(-1)?.trim();
  return isLoopback(peer) && forwarded ? forwarded : peer;
}
