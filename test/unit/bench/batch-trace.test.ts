import { expect } from 'chai';
import { batchesOfMails, STEPS, stepsOf } from '../../../scripts/bench/latency/batch-trace.ts';
import { TraceReader } from '../../../scripts/bench/latency/trace-reader.ts';

const AT = '2026-01-05T08:00:00.000Z';
const START = Date.parse(AT);

describe('stepsOf', () => {
  const trace = {
    batchId: 4,
    startedAt: START + 50,
    phasesMs: { latestOffset: 5, getBatch: 1, queryPlanning: 10, walCommit: 14, addBatch: 200, commitOffsets: 20 },
    handlerAt: START + 100,
    lapsMs: { directory: 3, collect: 90, mail: 15, count: 4 },
    mails: 2,
  };
  const kind = { customerId: 1, attribute: 'bp', direction: 'low' } as const;
  const answered = {
    breach: { ...kind, timestamp: START },
    notice: { ...kind, count: 1, firstSecond: START / 1000, lastSecond: START / 1000, acceptedAt: START + 203 },
    latencyMs: 203,
  };

  it('splits a latency into steps that add up to it', () => {
    const steps = stepsOf(answered, trace);
    expect(steps).to.deep.equal({
      wait: 50,
      start: 30,
      'hand-over': 20,
      directory: 3,
      collect: 90,
      transaction: 0,
      mail: 10,
    });
    expect(STEPS.reduce((sum, step) => sum + steps[step], 0)).to.equal(answered.latencyMs);
  });
});

describe('batchesOfMails', () => {
  it('deals mails to batches in their order, as many as each sent', () => {
    const traces = [
      { batchId: 9, mails: 1 },
      { batchId: 7, mails: 2 },
      { batchId: 8, mails: 0 },
    ];
    expect(batchesOfMails(traces, 4)).to.deep.equal([7, 7, 9, undefined]);
  });
});

describe('TraceReader', () => {
  const event = { query: 'vital-alerts', batchId: 3, counts: { 'mails sent': 2 }, durationMs: { collect: 7 }, at: AT };
  const report = { query: 'vital-alerts', batchId: 3, rows: 10, phasesMs: { addBatch: 20 }, at: AT };
  const trace = {
    batchId: 3,
    startedAt: START,
    handlerAt: START,
    phasesMs: { addBatch: 20 },
    lapsMs: { collect: 7 },
    mails: 2,
  };

  it('puts a batch together from lines in any order', () => {
    for (const lines of [
      [event, report],
      [report, event],
    ]) {
      const reader = new TraceReader('vital-alerts');
      for (const line of lines) reader.read(JSON.stringify(line));
      expect([...reader.traces.values()]).to.deep.equal([trace]);
    }
  });

  it('takes the plain progress of a query too, but not of a trigger that found nothing', () => {
    const reader = new TraceReader('peer');
    const { query: _, ...unnamed } = event;
    reader.read(JSON.stringify(unnamed));
    reader.read(JSON.stringify({ progress: { batchId: 3, timestamp: AT, durationMs: { addBatch: 20 } } }));
    reader.read(JSON.stringify({ progress: { batchId: 3, timestamp: AT, durationMs: { latestOffset: 2 } } }));
    expect([...reader.traces.values()]).to.deep.equal([trace]);
  });

  it('passes over other queries and other lines', () => {
    const reader = new TraceReader('vital-alerts');
    for (const line of [event, report]) reader.read(JSON.stringify({ ...line, query: 'patient-vitals-archive' }));
    reader.read('not JSON');
    expect(reader.traces.size).to.equal(0);
    expect(reader.handled).to.deep.equal([]);
  });
});
