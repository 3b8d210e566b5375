import { expect } from 'chai';
import fc from 'fast-check';
import { encodeReading, readingMessage } from '../../../producer/index.ts';
import { parseRow, recordedAtOf, sourceIdOf } from '../../../producer/row.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('the message of a reading', () => {
  it('has these bytes', () => {
    expect(encodeReading({ customerId: 3, heartBeat: 69, bp: 168 })).to.equal(
      '{"heartBeat":69,"bp":168,"customerId":3}',
    );
  });

  it('is what JSON makes of the keys in this order, for any integers', () => {
    fc.assert(
      fc.property(int32, int32, int32, (heartBeat, bp, customerId) => {
        expect(encodeReading({ customerId, heartBeat, bp })).to.equal(JSON.stringify({ heartBeat, bp, customerId }));
      }),
    );
  });

  it('carries the patient as key, and id and time as headers where there are any', () => {
    const reading = { customerId: 3, heartBeat: 69, bp: 168 };
    expect(readingMessage(reading, { sourceId: '17', recordedAt: '2026-01-05T08:00:00.000Z' })).to.deep.equal({
      key: '3',
      value: '{"heartBeat":69,"bp":168,"customerId":3}',
      headers: { source_id: '17', recorded_at: '2026-01-05T08:00:00.000Z' },
    });
    expect(readingMessage(reading, { sourceId: undefined, recordedAt: undefined }).headers).to.deep.equal({});
  });
});

describe('parseRow', () => {
  it('takes 32-bit integers as they are', () => {
    expect(parseRow([1, 3, 69, 168, null])).to.deep.equal({ reading: { customerId: 3, heartBeat: 69, bp: 168 } });
    expect(parseRow([1, -1, 0, 2 ** 31 - 1, null])).to.have.property('reading');
  });

  for (const [value, problem] of [
    [null, 'heartBeat is null'],
    ['69', 'heartBeat is no 32-bit integer'],
    [69.5, 'heartBeat is no 32-bit integer'],
    [2 ** 31, 'heartBeat is no 32-bit integer'],
    [-(2 ** 31) - 1, 'heartBeat is no 32-bit integer'],
    [Number.NaN, 'heartBeat is no 32-bit integer'],
    [undefined, 'heartBeat is no 32-bit integer'],
    [true, 'heartBeat is no 32-bit integer'],
  ] as const) {
    it(`refuses ${String(value)} (${typeof value})`, () => {
      expect(parseRow([1, 3, value, 168, null])).to.deep.equal({ problem });
    });
  }

  it('names every column that is wrong', () => {
    expect(parseRow([1, null, 'x', null, null])).to.deep.equal({
      problem: 'customerId is null, heartBeat is no 32-bit integer, bp is null',
    });
  });

  it('keeps large ids exact and times in UTC', () => {
    const row = ['9007199254740993', 1, 1, 1, '2026-01-05 08:00:00.123'] as const;
    expect(sourceIdOf(row)).to.equal('9007199254740993');
    expect(recordedAtOf(row)).to.equal('2026-01-05T08:00:00.123Z');
    expect(sourceIdOf([null, 1, 1, 1, null])).to.equal(undefined);
    expect(recordedAtOf([null, 1, 1, 1, null])).to.equal(undefined);
  });
});
