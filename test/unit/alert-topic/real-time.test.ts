import { expect } from 'chai';
import { requireRealTimeVersion, requireSlots } from '../../../jobs/alert-topic/real-time.ts';
import { operatorFailure } from '../../helpers/operator-failure.ts';

describe('what real time needs of a server', () => {
  it('is Spark 4.2', () => {
    for (const version of ['4.2.0', '4.10.1', '5.0.0']) requireRealTimeVersion(version);
    for (const version of ['3.5.7', '4.1.1', '4.0.0']) {
      const refusal = operatorFailure(() => requireRealTimeVersion(version));
      expect(refusal).to.include({ code: 'REAL_TIME_UNSUPPORTED', exitCode: 2 });
      expect(refusal.message).to.contain(`runs ${version}`);
    }
  });

  it('is a task slot for each partition: fewer are refused, with both numbers', () => {
    expect(requireSlots({ partitions: 3, slots: 3, grows: false })).to.equal(undefined);
    const refusal = operatorFailure(() => requireSlots({ partitions: 3, slots: 2, grows: false }));
    expect(refusal).to.include({ code: 'REAL_TIME_SLOTS', exitCode: 2 });
    expect(refusal.message).to.match(/each of the 3 partitions of KAFKA_TOPIC at the same time; the server has 2$/);
    expect(refusal.next).to.contain('more cores');
  });

  it('is only warned of where the server may get more', () => {
    expect(requireSlots({ partitions: 3, slots: 0, grows: true })).to.match(/has 0 now: what it gets later must be/);
    expect(requireSlots({ partitions: 3, slots: 3, grows: true })).to.equal(undefined);
  });
});
