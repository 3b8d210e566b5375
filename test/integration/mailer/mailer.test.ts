import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type AlertMail, Mailer, mailFailure } from '../../../jobs/alerts/mailer.ts';
import { OperatorError, smtpSettings } from '../../../settings/index.ts';
import { operatorFailure } from '../../helpers/operator-failure.ts';
import { MailCatcher } from '../../helpers/smtp.ts';

const mail = (overrides: Partial<AlertMail> = {}): AlertMail => ({
  to: 'birch@ward-b.example.org',
  messageId: '<4711.bp.high@instant-health.example>',
  subject: 'Ward B, patient 3: Blood pressure too high, 211 mmHg',
  text: 'Normal range: 151–180 mmHg\n',
  html: '<p>Normal range: 151–180 mmHg</p>',
  pictures: [],
  ...overrides,
});

async function failure(act: () => Promise<unknown>): Promise<OperatorError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it was sent');
}

describe('Mailer', () => {
  let catcher: MailCatcher;
  let mailer: Mailer;

  beforeEach(async () => {
    catcher = await MailCatcher.start();
    mailer = new Mailer(catcher.settings());
  });
  afterEach(async () => {
    mailer.close();
    await catcher.close();
  });

  it('hands a mail over and gives the server’s answer back', async () => {
    const delivery = await mailer.send(mail());
    expect(delivery.response).to.match(/^250 .*caught as 1/);
    const [caught] = await catcher.arrived(1);
    expect(caught?.from).to.equal('alerts@instant-health.example');
    expect(caught?.to).to.deep.equal(['birch@ward-b.example.org']);
    expect(caught?.mail.messageId).to.equal('<4711.bp.high@instant-health.example>').and.equal(delivery.messageId);
    expect(caught?.mail.subject).to.equal(mail().subject);
    expect(caught?.mail.text).to.include('151–180 mmHg');
    expect(caught?.mail.html).to.include('<p>Normal range: 151–180 mmHg</p>');
    expect(caught?.mail.headers.get('auto-submitted')).to.equal('auto-generated');
  });

  it('puts pictures into the mail, and the mail into the conversation of earlier ones', async () => {
    const png = Buffer.from('a picture');
    const references = ['<root@instant-health.example>', '<second@instant-health.example>'];
    await mailer.send(
      mail({
        pictures: [{ contentId: 'readings-1@alerts', png }],
        references,
        notificationKeys: ['a.opened.0', 'b.opened.0'],
      }),
    );
    const [caught] = await catcher.arrived(1);
    expect(caught?.mail.attachments.map(({ contentId, content }) => [contentId, String(content)])).to.deep.equal([
      ['<readings-1@alerts>', 'a picture'],
    ]);
    expect(caught?.mail.references).to.deep.equal(references);
    expect(caught?.mail.inReplyTo).to.equal(references[1]);
    expect(caught?.mail.headers.get('x-instant-health-notifications')).to.equal('a.opened.0 b.opened.0');
  });

  it('sends many mails over one connection that stays open, each once', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `<m${index}@instant-health.example>`);
    await Promise.all(ids.map((messageId) => mailer.send(mail({ messageId }))));
    expect(catcher.mails.map((caught) => caught.mail.messageId).sort()).to.deep.equal(ids.sort());
    expect(catcher.connections).to.equal(1);
  });

  for (const [what, overrides, code] of [
    ['a subject with a line break', { subject: 'a\r\nBcc: x@example.org' }, 'MAIL_HEADER_UNSAFE'],
    ['an address with a line break', { to: 'a@example.org\r\nBcc: x@example.org' }, 'MAIL_HEADER_UNSAFE'],
    ['a message id with a line break', { messageId: '<a@b>\r\nX: y' }, 'MAIL_HEADER_UNSAFE'],
    ['two addresses in one', { to: 'a@example.org,b@example.org' }, 'MAIL_ADDRESS_INVALID'],
    ['an address with a name', { to: 'A <a@example.org>' }, 'MAIL_ADDRESS_INVALID'],
    ['no address', { to: '' }, 'MAIL_ADDRESS_INVALID'],
  ] as const) {
    it(`refuses ${what} before it connects, for good`, async () => {
      const error = await failure(() => mailer.send(mail(overrides)));
      expect(error.code).to.equal(code);
      expect(mailFailure(error)).to.equal('refused');
      expect(catcher.connections).to.equal(0);
    });
  }

  it('reports a refusal, tells passing from lasting ones, and goes on', async () => {
    catcher.refuse(451, '4.3.0 try later', 1);
    const passing = await failure(() => mailer.send(mail()));
    expect(passing.code).to.equal('SMTP_REFUSED');
    expect(passing.message).to.include('4.3.0 try later');
    expect(passing.next).to.include('SMTP_HOST');
    expect(mailFailure(passing)).to.equal('later');
    catcher.refuse(550, '5.7.1 not here', 1);
    expect(mailFailure(await failure(() => mailer.send(mail())))).to.equal('refused');
    catcher.refuse(421, '4.3.2 closing', 1);
    expect(mailFailure(await failure(() => mailer.send(mail())))).to.equal('no server');
    await mailer.send(mail());
    expect(await catcher.arrived(1)).to.have.length(1);
  });

  for (const [code, words, meaning] of [
    [454, 'Throttling failure: Maximum sending rate exceeded.', 'later'],
    [454, 'Throttling failure: Daily message quota exceeded.', 'later'],
    [454, 'Temporary service failure', 'later'],
    [554, 'Message rejected: Email address is not verified.', 'refused'],
    [554, 'Access denied: User is not authorized to perform ses:SendRawEmail', 'refused'],
  ] as const) {
    it(`takes Amazon SES's "${code} ${words}" for: ${meaning}`, async () => {
      catcher.refuse(code, words, 1);
      const error = await failure(() => mailer.send(mail()));
      expect(mailFailure(error)).to.equal(meaning);
      expect(error.message).to.include(words);
    });
  }

  it('opens a new connection where the server has closed one that was idle', async () => {
    await mailer.send(mail());
    await catcher.hangUp();
    await mailer.send(mail({ messageId: '<4712@instant-health.example>' }));
    expect(catcher.mails).to.have.length(2);
    expect(catcher.connections).to.equal(2);
  });

  it('takes a server that falls silent in the middle of a mail for gone', async () => {
    const hasty = new Mailer(catcher.settings(), { socketTimeoutMs: 200 });
    try {
      catcher.stall();
      const stalling = catcher.stalling();
      const sending = failure(() => hasty.send(mail()));
      await stalling;
      const error = await sending;
      expect(error.code).to.equal('SMTP_UNREACHABLE');
      expect(mailFailure(error)).to.equal('no server');
    } finally {
      hasty.close();
    }
  });

  it('names SMTP_HOST and SMTP_PORT where nothing answers', async () => {
    const port = await unusedPort();
    const lost = new Mailer(catcher.settings({ SMTP_PORT: String(port) }));
    try {
      const error = await failure(() => lost.send(mail()));
      expect(error.code).to.equal('SMTP_UNREACHABLE');
      expect(error.message).to.include(`127.0.0.1:${port}`);
      expect(error.next).to.include('SMTP_HOST and SMTP_PORT');
      expect((await failure(() => lost.verify())).code).to.equal('SMTP_UNREACHABLE');
    } finally {
      lost.close();
    }
  });
});

describe('Mailer with sign-in', () => {
  const credentials = { user: 'alerts', password: 'open sesame' };

  it('signs in, and names SMTP_PASSWORD without printing it where it is wrong', async () => {
    const catcher = await MailCatcher.start({ credentials });
    const right = new Mailer(catcher.settings({ SMTP_USER: 'alerts', SMTP_PASSWORD: 'open sesame' }));
    const wrong = new Mailer(catcher.settings({ SMTP_USER: 'alerts', SMTP_PASSWORD: 'close sesame' }));
    try {
      await right.verify();
      await right.send(mail());
      const error = await failure(() => wrong.send(mail()));
      expect(error.code).to.equal('SMTP_ACCESS_DENIED');
      expect(error.next).to.include('SMTP_PASSWORD');
      expect(error.message).to.not.include('close sesame');
    } finally {
      right.close();
      wrong.close();
      await catcher.close();
    }
  });
});

describe('Mailer and TLS', () => {
  const credentials = { user: 'AKIAEXAMPLE', password: 'of the mail server only' };
  const signedIn = { SMTP_TLS: 'required', SMTP_USER: credentials.user, SMTP_PASSWORD: credentials.password };

  it('encrypts before it signs in, as Amazon SES asks for; the authority is one of the own, by SMTP_CA', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mail-ca-'));
    const tls = selfSigned();
    const catcher = await MailCatcher.start({ tls, credentials });
    try {
      const file = path.join(folder, 'ca.pem');
      writeFileSync(file, tls.cert);
      const mailer = new Mailer(catcher.settings({ ...signedIn, SMTP_CA: file }));
      await mailer.verify();
      await mailer.send(mail());
      mailer.close();
      expect(catcher.mails).to.have.length(1);
      expect(catcher.signIns).to.have.length.greaterThan(0);
      expect(catcher.signIns.filter(({ secure }) => !secure)).to.deep.equal([]);
    } finally {
      await catcher.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('says that the file behind SMTP_CA cannot be read', () => {
    const settings = smtpSettings({ SMTP_HOST: 'mx.example.org', SMTP_CA: '/nowhere/ca.pem' });
    expect(operatorFailure(() => new Mailer(settings))).to.include({ code: 'SMTP_CA_UNREADABLE', exitCode: 2 });
  });

  it('sends nothing to a server that does not offer it', async () => {
    const catcher = await MailCatcher.start();
    const mailer = new Mailer(catcher.settings({ SMTP_TLS: 'required' }));
    try {
      const error = await failure(() => mailer.send(mail()));
      expect(error.code).to.equal('SMTP_TLS');
      expect(error.next).to.include('SMTP_HOST');
      expect(catcher.mails).to.have.length(0);
    } finally {
      mailer.close();
      await catcher.close();
    }
  });

  it('sends nothing to a server whose certificate nobody vouches for', async () => {
    const catcher = await MailCatcher.start({ tls: selfSigned() });
    const mailer = new Mailer(catcher.settings({ SMTP_TLS: 'required' }));
    try {
      const error = await failure(() => mailer.send(mail()));
      expect(error.code).to.equal('SMTP_TLS');
      expect(mailFailure(error)).to.equal('no server');
      expect(catcher.mails).to.have.length(0);
    } finally {
      mailer.close();
      await catcher.close();
    }
  });
});

function selfSigned(): { key: string; cert: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'mail-tls-'));
  try {
    const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
