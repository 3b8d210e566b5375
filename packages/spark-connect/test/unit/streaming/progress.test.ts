import { expect } from 'chai';
import { progressEvent } from '../../../src/streaming/listener.ts';
import { parseProgress, type StreamingQueryProgress } from '../../../src/streaming/progress.ts';

/** A report as `lastProgress` has it, with these JSON texts in it. */
const report = (parts: { metrics?: string; offset?: string }) =>
  `{"id":"i","runId":"r","name":null,"timestamp":"t","batchId":3,"durationMs":{"addBatch":12},"stateOperators":[],
  "sources":[{"description":"d","startOffset":null,"endOffset":${parts.offset ?? '"0"'},"latestOffset":"0",
  "numInputRows":20,"inputRowsPerSecond":66.5,"processedRowsPerSecond":0.0}],"sink":{"description":"s","numOutputRows":20}
  ${parts.metrics === undefined ? '' : `,"observedMetrics":${parts.metrics}`}}`;
const heard = (json: string): StreamingQueryProgress => {
  const told = progressEvent(`{"progress":${json}}`);
  if (told.of !== 'progress') throw new Error('no progress');
  return told.event.progress;
};

describe('reports of streaming queries', () => {
  const type = (name: string, of: unknown) => ({ name, type: of, nullable: true, metadata: {} });
  const struct = (...fields: unknown[]) => ({ type: 'struct', fields });
  const xy = struct(type('x', 'integer'), type('y', 'long'));
  const map = (keyType: string) => ({ type: 'map', keyType, valueType: 'long', valueContainsNull: false });
  const schema = struct(
    ...[type('n', 'long'), type('big', 'long'), type('int', 'integer'), type('nan', 'double'), type('dbl', 'double')],
    ...[
      type('e', 'double'),
      type('dec', 'decimal(30,2)'),
      type('dec2', 'decimal(30,2)'),
      type('zero', 'decimal(38,18)'),
    ],
    ...[type('none', 'integer'), type('st', xy), type('arr', { type: 'array', elementType: 'long' })],
    ...[type('mp', map('string')), type('mp2', map('integer')), type('s', 'string'), type('b', 'boolean')],
  );
  // What Spark writes for the same row: by lastProgress, and to listeners from 4.0 on.
  const values =
    '20,9007199254740993,1,"NaN",1.0,1.0E300,1.10,12345678901234567890.12,0E-18,null,' +
    `{"values":[1,9007199254740995],"schema":${JSON.stringify(xy)}},[1,9007199254740993],{"a":1},{"7":1},` +
    '"a\\"9007199254740993 \\\\ 1.5",true';
  const withSchema = `{"m":{"values":[${values}],"schema":${JSON.stringify(schema)}}}`;
  const byName =
    '{"m":{"n":20,"big":9007199254740993,"int":1,"nan":"NaN","dbl":1.0,"e":1.0E300,"dec":1.10,' +
    '"dec2":12345678901234567890.12,"zero":0E-18,"none":null,"st":{"x":1,"y":9007199254740995},' +
    '"arr":[1,9007199254740993],"mp":{"a":1},"mp2":[{"key":7,"value":1}],"s":"a\\"9007199254740993 \\\\ 1.5","b":true}}';

  it('give observed metrics by name and exactly, the same however Spark wrote them', () => {
    const metrics = {
      ...{ n: 20n, big: 9007199254740993n, int: 1n, nan: 'NaN', dbl: 1, e: 1e300, dec: 1.1 },
      ...{ dec2: '12345678901234567890.12', zero: 0, none: null, st: { x: 1n, y: 9007199254740995n } },
      ...{ arr: [1n, 9007199254740993n], mp: { a: 1n }, mp2: [{ key: 7n, value: 1n }] },
      ...{ s: 'a"9007199254740993 \\ 1.5', b: true },
    };
    for (const json of [withSchema, byName]) {
      const text = report({ metrics: json });
      for (const progress of [parseProgress(text), heard(text), heard(JSON.stringify(text))])
        expect(progress.observedMetrics).to.deep.equal({ m: metrics });
    }
  });

  it('know a double by its schema, whose digits Java writes in its own way', () => {
    const smallest = (schemaType: string) =>
      parseProgress(
        report({ metrics: `{"m":{"values":[4.9E-324],"schema":${JSON.stringify(struct(type('d', schemaType)))}}}` }),
      ).observedMetrics?.m?.d;
    expect(smallest('double')).to.equal(Number.MIN_VALUE);
    expect(smallest('decimal(38,38)')).to.equal('4.9E-324');
  });

  it('leave points of time in milliseconds where Spark does', () => {
    const json = JSON.stringify({ m: { values: [1577836800000], schema: struct(type('d', 'date')) } });
    expect(parseProgress(report({ metrics: json })).observedMetrics?.m?.d).to.equal(1577836800000);
  });

  it('take metrics with names of that other form for what they are', () => {
    const { observedMetrics } = heard(report({ metrics: '{"m":{"values":[1],"schema":2}}' }));
    expect(observedMetrics).to.deep.equal({ m: { values: [1n], schema: 2n } });
  });

  it('give offsets as texts, the same whether Spark sent their JSON or its text', () => {
    const json = '{"topic":{"0":9007199254740993,"1":[null,1.50,"a\\"1"]}}';
    for (const offset of [json, JSON.stringify(json)])
      expect(heard(report({ offset })).sources[0]).to.include({
        startOffset: null,
        endOffset: json,
        latestOffset: '0',
      });
    expect(parseProgress(report({ offset: '7' })).sources[0]?.endOffset).to.equal('7');
    expect(parseProgress(report({ offset: 'null' })).sources[0]?.endOffset).to.equal(null);
  });

  it('have plain numbers in all the rest, and the sums of their sources', () => {
    const progress = parseProgress(report({}));
    expect(progress).to.deep.include({ batchId: 3, durationMs: { addBatch: 12 }, numInputRows: 20 });
    expect(progress).to.deep.include({ inputRowsPerSecond: 66.5, sink: { description: 's', numOutputRows: 20 } });
    expect(progress.sources[0]?.inputRowsPerSecond).to.equal(66.5);
    expect(progress).not.to.have.property('observedMetrics');
  });
});
