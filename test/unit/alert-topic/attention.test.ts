import { expect } from 'chai';
import { Attention } from '../../../jobs/alert-topic/attention.ts';
import type { JudgedReading } from '../../../jobs/alert-topic/judged-reading.ts';
import { episode } from '../../helpers/episodes.ts';

const reading = (overrides: Partial<JudgedReading> = {}): JudgedReading => ({
  ...{ topic: 't', partition: 0, offset: 1n, atMs: 1, customerId: 1, heartBeat: 70, bp: 120, out: [], limits: 'a' },
  ...overrides,
});

describe('what of the readings cannot wait', () => {
  it('is all as long as nobody knows which limits are in force, and what other limits have judged', () => {
    const attention = new Attention();
    expect(attention.isUrgent([reading()])).to.equal(true);
    attention.look([reading()], 'a', []);
    expect(attention.isUrgent([reading()])).to.equal(false);
    expect(attention.isUrgent([reading(), reading({ limits: 'b' })])).to.equal(true);
    expect(attention.isUrgent([])).to.equal(false);
  });

  it('is what is out of limits, and all of patients who have an episode or may have begun one', () => {
    const attention = new Attention();
    attention.look([reading(), reading({ customerId: 2, out: ['bp'] })], 'a', [episode({ customerId: 3 })]);
    const urgent = [1, 2, 3].filter((customerId) => attention.isUrgent([reading({ customerId })]));
    expect(urgent).to.deep.equal([2, 3]);
    expect(attention.isUrgent([reading({ out: ['heartBeat'] })])).to.equal(true);
    attention.look([reading({ customerId: 2 })], 'a', []);
    expect(attention.isUrgent([reading({ customerId: 2 })])).to.equal(false);
  });
});
