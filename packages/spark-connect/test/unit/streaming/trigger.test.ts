import { expect } from 'chai';
import { checkedTrigger, type Trigger } from '../../../src/streaming/trigger.ts';

describe('a trigger', () => {
  it('is one of those that Spark has', () => {
    const triggers: readonly Trigger[] = [
      { processingTime: '1 second' },
      { once: true },
      { availableNow: true },
      { continuous: '1 second' },
      { realTime: '5 minutes' },
    ];
    for (const trigger of triggers) expect(checkedTrigger(trigger)).to.equal(trigger);
  });

  it('is not two, none, or another, for the compiler and in JavaScript', () => {
    // @ts-expect-error: two
    expect(() => checkedTrigger({ processingTime: '1 second', availableNow: true })).to.throw(
      'a trigger is one of processingTime, once, availableNow, continuous, realTime; given: processingTime and availableNow',
    );
    // @ts-expect-error: none
    expect(() => checkedTrigger({})).to.throw('given: none');
    // @ts-expect-error: none
    expect(() => checkedTrigger(undefined)).to.throw('given: none');
    // @ts-expect-error: another
    expect(() => checkedTrigger({ processing_time: '1 second' })).to.throw("no trigger is called 'processing_time'");
    // @ts-expect-error: a number
    expect(() => checkedTrigger({ processingTime: 1000 })).to.throw(
      "the trigger processingTime takes text, such as { processingTime: '10 seconds' }, not 1000",
    );
    // @ts-expect-error: false
    expect(() => checkedTrigger({ once: false }))
      .to.throw('the trigger once takes only { once: true }, not false')
      .with.property('code', 'invalid-argument');
  });
});
