import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Mailbox } from '../../../scripts/demo/mailbox.ts';
import { demoSurroundings } from '../../../scripts/demo/surroundings.ts';

describe("the demo's mailbox", () => {
  it('takes the mails of its own run once, and leaves those of others in the same catcher', async () => {
    const [one, other] = [1, 2].map((pid) => demoSurroundings({}, new Date(0), pid).sender);
    const mail = (id: string, from: string | undefined) => ({ id, subject: id, from: [{ address: from }], to: [] });
    const caught = [mail('a', one), mail('b', other), mail('c', 'alerts@instant-health.example')];
    const server = createServer((_request, response) => response.end(JSON.stringify(caught))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const mailbox = new Mailbox(api, one ?? '');
      const idsOfNew = async () => (await mailbox.newMails()).map(({ id }) => id);
      expect(await idsOfNew()).to.deep.equal(['a']);
      caught.push(mail('d', one), mail('e', other));
      expect(await idsOfNew()).to.deep.equal(['d']);
      expect(await idsOfNew()).to.deep.equal([]);
    } finally {
      server.close();
    }
  });

  it('is told of by the sender that the jobs are given', () => {
    const { sender, environment } = demoSurroundings({ MAIL_FROM: 'somebody@example.org' }, new Date(0), 1);
    expect(environment.MAIL_FROM).to.equal(sender);
  });

  it('shares nothing with a run that begins in the same second', () => {
    const [one, other] = [1, 2].map((pid) => demoSurroundings({}, new Date(0), pid));
    const values = (run: typeof one) => Object.values(run?.environment ?? {});
    expect(values(one)).to.have.length(6);
    for (const value of values(one)) expect(values(other)).to.not.include(value);
  });
});
