import { expect } from 'chai';
import type { DataFrame } from '../../../src/api/data-frame/index.ts';
import { type ForeachWriter, foreachRows } from '../../../src/api/foreach-rows.ts';

/** Runs a writer over a batch of two rows; what it was told, and what it threw. */
async function run(own: (told: string[]) => Partial<ForeachWriter<number>>) {
  const told: string[] = [];
  const writer: ForeachWriter<number> = {
    open: (batchId) => told.push(`open ${batchId}`) > 0,
    process: (row) => void told.push(`row ${row}`),
    close: (error) => void told.push(`close ${error}`),
    ...own(told),
  };
  const batch = {
    async *toLocalIterator() {
      yield* [1, 2];
    },
  } as unknown as DataFrame;
  const context = { signal: new AbortController().signal };
  const thrown = await Promise.resolve(foreachRows(writer)(batch, 7, context)).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return { told, thrown };
}

describe('foreach', () => {
  const failing = (error: unknown) => () => Promise.reject(error);

  it('closes a batch that open passes over', async () => {
    const { told, thrown } = await run(() => ({ open: () => false }));
    expect([told, thrown]).to.deep.equal([['close undefined'], undefined]);
  });

  it('takes the rows where open says nothing', async () => {
    const { told } = await run(() => ({ open: (() => undefined) as unknown as () => boolean }));
    expect(told).to.deep.equal(['row 1', 'row 2', 'close undefined']);
  });

  it('closes nothing where open throws', async () => {
    const error = new Error('no open');
    const { told, thrown } = await run(() => ({ open: failing(error) }));
    expect([told, thrown?.error]).to.deep.equal([[], error]);
  });

  it('tells close what process threw, and throws the very object, whatever it is', async () => {
    for (const error of [new Error('bad row'), undefined]) {
      const { told, thrown } = await run(() => ({ process: failing(error) }));
      expect(told).to.deep.equal(['open 7', `close ${error}`]);
      expect(thrown).to.have.property('error', error);
    }
  });

  it('throws what close alone throws', async () => {
    const error = new Error('bad close');
    const { thrown } = await run(() => ({ close: failing(error) }));
    expect(thrown?.error).to.equal(error);
  });

  it('keeps both errors where process and close fail', async () => {
    const processing = new Error('bad row');
    const closing = {
      toString() {
        throw new Error('no text');
      },
    };
    const { thrown } = await run(() => ({ process: failing(processing), close: failing(closing) }));
    const failure = thrown?.error;
    expect(failure).to.be.instanceOf(AggregateError);
    const { errors, message, cause } = failure as AggregateError;
    expect(errors).to.deep.equal([processing, closing]);
    expect(cause).to.equal(processing);
    expect(message).to.equal('Error: bad row; close failed too: an error that has no text');
  });
});
