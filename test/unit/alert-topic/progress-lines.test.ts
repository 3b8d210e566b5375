import { expect } from 'chai';
import { ProgressSum, progressLine } from '../../../jobs/alert-topic/progress-lines.ts';

describe('progress of alerts run', () => {
  it('sums up counts, and tells the mean time of a batch', () => {
    const sum = new ProgressSum();
    expect(sum.take(0)).to.equal(undefined);
    const event = { query: 'patient-vital-alerts', at: '2026-01-05T12:00:00.000Z' };
    sum.add({ ...event, batchId: 1, counts: { readings: 3, notifications: 0 }, durationMs: { transaction: 5 } });
    sum.add({ ...event, batchId: 2, counts: { readings: 4, notifications: 1 }, durationMs: { transaction: 8 } });
    const taken = sum.take(9);
    expect(taken).to.deep.equal({
      ...{ ...event, batchId: 2, counts: { readings: 7, notifications: 1 }, durationMs: { transaction: 6.5 } },
      ...{ batches: 2, lag: 9 },
    });
    expect(taken && progressLine(taken)).to.equal(
      'patient-vital-alerts      7 readings, 1 notifications in 2 batches, lag 9 (transaction 7 ms each)',
    );
    expect(sum.take(0)).to.equal(undefined);
  });
});
