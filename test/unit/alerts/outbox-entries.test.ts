import { expect } from 'chai';
import { undeliveredEntry } from '../../../jobs/alerts/outbox-entries.ts';
import { episodeItem } from '../../helpers/episodes.ts';

describe('undeliveredEntry', () => {
  const mail = { mailId: 'm', recipient: 'a@example.org', items: [episodeItem()], isGivenUp: true };

  it('stays within what the outbox holds, however long the answer of a mail server is', () => {
    const [entry] = undeliveredEntry({ ...mail, reason: '550 no\r\n'.repeat(20_000) }, 'vitals', 'ops@example.org');
    expect(JSON.stringify(entry?.content).length).to.be.lessThan(5_000);
  });

  it('tells the operator nothing of mails to the operator', () => {
    const toOperator = { ...mail, recipient: 'Ops@example.org', reason: 'no' };
    expect(undeliveredEntry(toOperator, 'vitals', 'ops@example.org')).to.deep.equal([]);
  });
});
