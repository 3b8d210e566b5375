import { once } from 'node:events';
import type { Command } from 'commander';
import {
  alertLinkSettings,
  command,
  createLogger,
  isLoopback,
  loadEnvironment,
  OperatorError,
} from '../../settings/index.ts';
import { withDesk } from './desk.ts';
import { serveEndpoint } from './endpoint/serve.ts';

/** `serve`: answers the links of mails until it is interrupted. */
export function serveCommand(signal: AbortSignal): Command {
  return command('serve', 'Answers the links in mails: a page that asks, and a button that acknowledges.')
    .option('--port <number>', 'where to listen', '8080')
    .option('--host <address>', 'on which address; behind a proxy with TLS, this machine only', '127.0.0.1')
    .option('--json', 'log lines as JSON')
    .action(async (options: { port: string; host: string; json?: boolean }) => {
      const port = Number(options.port);
      if (!/^\d{1,5}$/.test(options.port) || port > 65_535) {
        throw new OperatorError('PORT_INVALID', '--port expects a number from 0 to 65535', { exitCode: 2 });
      }
      const link = alertLinkSettings(loadEnvironment());
      if (!link) {
        throw new OperatorError(
          'SETTING_MISSING',
          'ALERT_LINK_URL and ALERT_LINK_SECRET are not set: mails carry no links',
          {
            exitCode: 2,
            next: 'Set both, for `npm run submit` too. A secret: `openssl rand -base64 48`.',
          },
        );
      }
      const log = createLogger({ name: 'alerts', ...(options.json ? { json: true } : {}) });
      await withDesk(async ({ pool, topic }) => {
        const { host } = options;
        const endpoint = await serveEndpoint({ pool, topic, secret: link.secret, log, host, port });
        log.info(`links to ${link.url} are answered at ${endpoint.url}; Ctrl-C ends it`);
        if (!isLoopback(host))
          log.warn(`${host} can be reached from outside, in plain HTTP: put a proxy with TLS in front`);
        if (!signal.aborted) await once(signal, 'abort');
        await endpoint.close();
      });
    });
}
