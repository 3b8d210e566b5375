import { expect } from 'chai';
import { type Facts, reconcile, type TopicRecord } from '../../faults/suite/ledger.ts';

const DOCTOR = 'doctor-1@wards.example.org';

/** Two rows out of limits, one that is null, one implausible, and a message past the producer: all as it must be. */
function soundFacts(): Facts {
  const row = (id: number, heartBeat: number | null) => ({ id: String(id), customerId: 1, heartBeat, bp: 150 });
  const rows = [row(1, 95), row(2, 97), row(3, null), row(4, 0)];
  const record = (offset: number, sourceId: string | undefined, value: string): TopicRecord => {
    return { partition: 0, offset: String(offset), sourceId, value, atMs: offset * 1_000 };
  };
  const value = (heartBeat: number) => `{"heartBeat":${heartBeat},"bp":150,"customerId":1}`;
  return {
    rows,
    topic: [
      record(0, '1', value(95)),
      record(1, undefined, 'no reading'),
      record(2, '2', value(97)),
      record(4, '4', value(0)),
    ],
    rejected: ['3'],
    archive: new Map([
      ['1 95 150', 1],
      ['1 97 150', 1],
    ]),
    quarantine: ['0/1', '0/4'],
    episodes: [
      {
        ...{ id: 'e1', customerId: 1, attribute: 'heartBeat', direction: 'high', severity: 'warning', worst: 97 },
        ...{ breaches: 2, ended: false },
      },
    ],
    notifications: [{ key: 'e1.opened.0', episodeId: 'e1', state: 'sent', recipient: DOCTOR }],
    mails: [{ messageId: '<m1@example.org>', keys: ['e1.opened.0'], to: [DOCTOR] }],
    refused: [],
    doctors: new Map([[1, DOCTOR]]),
  };
}

const NOTHING = { lost: 0, doubled: 0, episodesMissed: 0, episodesDoubled: 0, mailsLost: 0 };

/** What is wrong, what of it is counted, and the words that name it. */
const BREACHES: readonly [what: string, spoil: (facts: Facts) => Partial<Facts>, tally: object, words: RegExp][] = [
  ['a row that is nowhere', ({ topic }) => ({ topic: topic.slice(0, 3) }), { lost: 1 }, /row 4 is not in the topic/],
  [
    'a row that was sent twice',
    ({ topic }) => ({ topic: [...topic, { ...at(topic, 0), offset: '9' }] }),
    { doubled: 1 },
    /row 1 is 2 times in the topic/,
  ],
  [
    'a message with other values',
    ({ topic }) => ({ topic: topic.map((one, index) => (index === 0 ? { ...one, value: at(topic, 2).value } : one)) }),
    { lost: 2 },
    /row 1 has other values/,
  ],
  [
    'readings out of their order',
    ({ topic }) => ({ topic: topic.map((one) => (one.sourceId === '1' ? { ...one, offset: '3' } : one)) }),
    {},
    /row 2 came before an older reading/,
  ],
  [
    'a message of no row',
    ({ rows }) => ({ rows: rows.filter(({ id }) => id !== '2') }),
    { doubled: 1 },
    /message of row 2, which is not in the table/,
  ],
  ['a rejected row that is nowhere', () => ({ rejected: [] }), { lost: 1 }, /row 3 is not in the topic of rejected/],
  ['a rejected row twice', () => ({ rejected: ['3', '3'] }), { doubled: 1 }, /row 3 is 2 times/],
  [
    'a good row among the rejected',
    () => ({ rejected: ['3', '1'] }),
    { doubled: 1 },
    /row 1 is in the wrong topic too/,
  ],
  ['a reading that is not archived', () => ({ archive: new Map([['1 95 150', 1]]) }), { lost: 1 }, /1 97 150: 0 of 1/],
  [
    'a reading archived twice',
    ({ archive }) => ({ archive: new Map([...archive, ['1 97 150', 2]]) }),
    { doubled: 1 },
    /1 97 150: 2 instead of 1/,
  ],
  ['a bad message that is not in quarantine', () => ({ quarantine: ['0/4'] }), { lost: 1 }, /message 0\/1 is not in/],
  ['one that is there twice', () => ({ quarantine: ['0/1', '0/4', '0/1'] }), { doubled: 1 }, /0\/1 is 2 times/],
  ['a reading in quarantine', () => ({ quarantine: ['0/1', '0/4', '0/0'] }), { doubled: 1 }, /0\/0 is 1 times/],
  [
    'an episode that was missed',
    () => ({ episodes: [], notifications: [], mails: [] }),
    { episodesMissed: 1 },
    /patient 1 heartBeat high: 0 of 1 episodes/,
  ],
  [
    'an episode opened twice',
    ({ episodes }) => ({
      episodes: [...episodes, { ...at(episodes, 0), id: 'e2' }],
    }),
    { episodesDoubled: 1 },
    /2 episodes instead of 1/,
  ],
  [
    'an episode with a reading too many',
    ({ episodes }) => ({ episodes: [{ ...at(episodes, 0), breaches: 3 }] }),
    {},
    /3 readings.* instead of .*2 readings/,
  ],
  [
    'a notification too many',
    ({ notifications }) => ({
      notifications: [...notifications, { ...at(notifications, 0), key: 'e1.reminded.0' }],
      mails: [{ messageId: '<m1@example.org>', keys: ['e1.opened.0', 'e1.reminded.0'], to: [DOCTOR] }],
    }),
    {},
    /told opened.0 reminded.0 instead of/,
  ],
  ['a notification that no mail tells', () => ({ mails: [] }), { mailsLost: 1 }, /e1.opened.0 \(sent\) is in no mail/],
  [
    'a notification that waits although it was told',
    ({ notifications }) => ({ notifications: [{ ...at(notifications, 0), state: 'pending' }] }),
    {},
    /was mailed, but is pending/,
  ],
  [
    'a refused mail that counts as sent',
    ({ mails }) => ({ mails: [], refused: mails }),
    { mailsLost: 1 },
    /was refused, but is sent/,
  ],
  [
    'the same told under two Message-IDs',
    ({ mails }) => ({ mails: [...mails, { ...at(mails, 0), messageId: '<m2@example.org>' }] }),
    {},
    /in 2 mails with Message-IDs of their own/,
  ],
  [
    'a mail about nothing that is known',
    ({ mails }) => ({ mails: [...mails, { messageId: '<m2@example.org>', keys: ['e9.opened.0'], to: [DOCTOR] }] }),
    {},
    /tells e9.opened.0, which is not in the outbox/,
  ],
  [
    'a mail to somebody else',
    ({ mails }) => ({ mails: [{ ...at(mails, 0), to: ['else@wards.example.org'] }] }),
    {},
    /went to somebody else/,
  ],
];

describe('the ledger', () => {
  it('has nothing to say of what is as it must be', () => {
    expect(reconcile(soundFacts())).to.deep.equal({ tally: NOTHING, breaches: [], doubledMails: [] });
  });

  for (const [what, spoil, tally, words] of BREACHES) {
    it(`finds ${what}`, () => {
      const facts = soundFacts();
      const verdict = reconcile({ ...facts, ...spoil(facts) });
      expect(verdict.breaches.join('\n')).to.match(words);
      expect(verdict.tally).to.include(tally);
    });
  }

  it('counts a mail that came again with its Message-ID, which is no breach by itself', () => {
    const facts = soundFacts();
    const verdict = reconcile({ ...facts, mails: [...facts.mails, ...facts.mails] });
    expect(verdict.doubledMails).to.deep.equal(['<m1@example.org>']);
    expect(verdict.breaches).to.deep.equal([]);
  });

  it('takes a refused notification that shows as failed for told', () => {
    const { mails, notifications, ...facts } = soundFacts();
    const failed = notifications.map((one) => ({ ...one, state: 'failed' }));
    expect(reconcile({ ...facts, notifications: failed, mails: [], refused: mails }).breaches).to.deep.equal([]);
  });
});

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
