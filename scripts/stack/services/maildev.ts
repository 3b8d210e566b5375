import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, portOf, type Service } from '../service.ts';

/** A mail catcher: takes every mail over SMTP and shows it on a page; nothing leaves the machine. */
export const maildev: Service = {
  name: 'maildev',
  portNames: ['smtp', 'web'],
  after: [],
  readyWithinMs: 30_000,

  async prepare(context) {
    await mkdir(join(context.layout.folder('maildev'), 'mails'), { recursive: true });
  },

  async command(context) {
    return {
      file: process.execPath,
      args: [
        '--max-old-space-size=128',
        join(dirname(fileURLToPath(import.meta.resolve('maildev'))), 'bin', 'maildev.js'),
        ...['--ip', '127.0.0.1', '--smtp', String(portOf(context, 'maildev', 'smtp'))],
        ...['--web-ip', '127.0.0.1', '--web', String(portOf(context, 'maildev', 'web'))],
        ...['--mail-directory', join(context.layout.folder('maildev'), 'mails')],
      ],
      cwd: context.layout.folder('maildev'),
    };
  },

  async isReady(context, signal) {
    const page = await fetch(`http://${addressOf(context, 'maildev', 'web')}/api/healthz`, { signal });
    return page.ok && (await greets(portOf(context, 'maildev', 'smtp'), signal));
  },

  environment: (context) => ({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(portOf(context, 'maildev', 'smtp')),
    SMTP_TLS: 'off',
  }),

  links(context) {
    const mail = `http://${addressOf(context, 'maildev', 'web')}`;
    return { mail, mailApi: `${mail}/api` };
  },
};

/** An SMTP server speaks first, with code 220 (RFC 5321, section 3.1). */
function greets(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, signal });
    socket.setTimeout(2000, () => socket.destroy(new Error('no greeting')));
    socket.once('error', reject);
    socket.once('data', (greeting) => {
      socket.end('QUIT\r\n');
      resolve(greeting.toString('utf8').startsWith('220'));
    });
  });
}
