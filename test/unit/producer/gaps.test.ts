import { expect } from 'chai';
import fc from 'fast-check';
import { describeGaps, type Gap, GapLedger } from '../../../producer/gaps.ts';
import { decodePosition, encodePosition, gapsSince, positionOf } from '../../../producer/position.ts';

const WINDOW_MS = 60_000;
const read = (at: number) => ({ startedAt: at, endedAt: at + 5 });
const ledger = (after = 0n, options: { gaps?: Gap[]; windowMs?: number; end?: bigint } = {}) =>
  new GapLedger({
    after,
    gaps: options.gaps ?? [],
    windowMs: options.windowMs ?? WINDOW_MS,
    endAtStart: { id: options.end ?? 0n, at: 0 },
  });

describe('the ledger of gaps', () => {
  it('notes what is missing between rows, and since when', () => {
    const gaps = ledger();
    for (const id of [1, 2, 5, 6, 8]) gaps.pass(id, read(100));
    expect(gaps.after).to.equal(8n);
    expect(gaps.gaps).to.deep.equal([
      { from: 3n, to: 4n, since: 105 },
      { from: 7n, to: 7n, since: 105 },
    ]);
    expect(describeGaps(gaps.gaps)).to.equal('3–4, 7');
    expect(describeGaps(gaps.gaps, 1)).to.equal('3–4 and 1 more');
  });

  it('closes a gap from its ends and from the middle', () => {
    const gaps = ledger();
    gaps.pass(10, read(0));
    for (const id of [1, 9, 5]) gaps.found(id);
    expect(describeGaps(gaps.gaps)).to.equal('2–4, 6–8');
    for (const id of [3, 2, 4, 7, 8, 6]) gaps.found(id);
    expect(gaps.gaps).to.deep.equal([]);
    expect(() => gaps.found(5)).to.throw('row 5 is in no gap');
  });

  it('gives a gap up only when a look that began after the window found nothing', () => {
    const gaps = ledger();
    gaps.pass(2, read(100));
    expect(gaps.expire(105 + WINDOW_MS - 1)).to.deep.equal([]);
    expect(gaps.expire(105 + WINDOW_MS)).to.deep.equal([{ from: 1n, to: 1n, since: 105 }]);
    expect(gaps.gaps).to.deep.equal([]);
  });

  it('takes gaps below the end that the table had at the start for as old as the start', () => {
    const gaps = ledger(0n, { end: 100n });
    gaps.pass(2, read(30_000));
    expect(gaps.gaps).to.deep.equal([{ from: 1n, to: 1n, since: 0 }]);
    gaps.pass(4, read(WINDOW_MS));
    expect(gaps.gaps, 'the page was the last look').to.have.length(1);
    gaps.pass(102, read(WINDOW_MS + 1));
    expect(gaps.gaps.at(-1), 'reaches beyond that end').to.include({ from: 5n, to: 101n, since: WINDOW_MS + 6 });
  });

  it('keeps ids exact that are longer than a number, and refuses to go back', () => {
    const gaps = ledger(2n ** 53n - 3n);
    gaps.pass(2 ** 53 - 2, read(0));
    gaps.pass(2 ** 53 - 1, read(0));
    gaps.pass(String(2n ** 53n), read(0));
    gaps.pass(String(2n ** 63n), read(0));
    expect(gaps.after).to.equal(2n ** 63n);
    expect(gaps.gaps).to.deep.equal([{ from: 2n ** 53n + 1n, to: 2n ** 63n - 1n, since: 5 }]);
    expect(() => gaps.pass('9', read(0))).to.throw('row 9 comes after row 9223372036854775808');
  });

  it('keeps no gaps where no window is wanted', () => {
    const gaps = ledger(0n, { windowMs: 0 });
    gaps.pass(5, read(0));
    expect(gaps.gaps).to.deep.equal([]);
  });

  /**
   * A table in which transactions insert rows and commit, in another order, or roll back; a reader that reads pages and
   * gaps in turn, and is now and then started anew from its position.
   */
  it('shows every row once that commits within the window, whatever the order, pages and restarts', () => {
    const row = fc.record({ commitAfter: fc.integer({ min: 0, max: WINDOW_MS - 1 }), rolledBack: fc.boolean() });
    const step = fc.record({
      at: fc.integer({ min: 1, max: 5_000 }),
      page: fc.integer({ min: 1, max: 4 }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.array(step, { minLength: 30 }), (rows, steps) => {
        const committedAt = rows.map(({ commitAfter, rolledBack }, index) => {
          return rolledBack ? Number.POSITIVE_INFINITY : index * 10 + commitAfter;
        });
        const visible = (at: number) =>
          rows.map((_, index) => index + 1).filter((id) => (committedAt[id - 1] ?? 0) <= at);
        const seen: number[] = [];
        let now = 0;
        const end = () => BigInt(visible(now).at(-1) ?? 0);
        let state = ledger(0n, { end: 0n });
        const look = (page: number) => {
          const isIn = (id: number) => state.gaps.some(({ from, to }) => from <= id && id <= to);
          const late = visible(now).filter(isIn);
          for (const id of late) {
            state.found(id);
            seen.push(id);
          }
          if (late.length === 0) state.expire(now);
          const { after } = state;
          for (const id of visible(now)
            .filter((candidate) => candidate > after)
            .slice(0, page)) {
            state.pass(id, { startedAt: now, endedAt: now });
            seen.push(id);
          }
        };
        for (const { at, page, restart } of [...steps, ...rows.map(() => ({ at: 10_000, page: 4, restart: false }))]) {
          now += at;
          if (restart) {
            const text = encodePosition(
              positionOf(state.after, state.gaps, now),
              { writer: 'w', number: 1 },
              new Date(0),
            );
            const position = decodePosition(text);
            if (!position) throw new Error('its own position is unreadable');
            state = new GapLedger({
              after: position.after,
              gaps: gapsSince(position, now),
              windowMs: WINDOW_MS,
              endAtStart: { id: end(), at: now },
            });
          }
          look(page);
        }
        const sorted = seen.toSorted((left, right) => left - right);
        expect(sorted).to.deep.equal([...new Set(sorted)]);
        expect(sorted).to.deep.equal(visible(now));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a position's record", () => {
  it('is this text', () => {
    const position = { after: 1800n, gaps: [{ from: 1795n, to: 1796n, openMs: 420.7 }] };
    const text = encodePosition(position, { writer: 'w', number: 7 }, new Date(0));
    expect(text).to.equal(
      '{"version":1,"after":"1800","gaps":[["1795","1796",420]],"writer":"w","number":7,"at":"1970-01-01T00:00:00.000Z"}',
    );
    expect(decodePosition(text)).to.deep.equal({ after: 1800n, gaps: [{ from: 1795n, to: 1796n, openMs: 420 }] });
  });

  for (const text of [
    '',
    'null',
    '{"version":2,"after":"1","gaps":[]}',
    '{"version":1,"after":"-1","gaps":[]}',
    '{"a',
  ]) {
    it(`is not ${text || 'nothing'}`, () => {
      expect(decodePosition(text)).to.equal(undefined);
    });
  }
});
