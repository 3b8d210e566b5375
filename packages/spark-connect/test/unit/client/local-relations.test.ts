import { createHash } from 'node:crypto';
import { create, fromBinary } from '@bufbuild/protobuf';
import { Dictionary, Int32, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { expect } from 'chai';
import { encodeRows } from '../../../src/arrow/index.ts';
import { splitArrowStream } from '../../../src/client/arrow-pieces.ts';
import type { Artifact } from '../../../src/client/artifacts.ts';
import { LocalRelations } from '../../../src/client/local-relations.ts';
import { LocalRelationSchema, RelationSchema } from '../../../src/gen/spark/connect/relations_pb.js';
import { StructType, types as T } from '../../../src/index.ts';

const schema = new StructType().add('id', T.integer()).add('text', T.string());
const rows = Array.from({ length: 3000 }, (_, id) => ({ id, text: `${id}`.padStart(1000, 'x') }));
const PIECE = 300_000;

function rowsOf(stream: Uint8Array): unknown[] {
  return tableFromIPC(stream)
    .toArray()
    .map((row) => row.toJSON());
}

describe('an Arrow stream in pieces', () => {
  it('is split between its batches, each piece a whole stream', () => {
    const pieces = splitArrowStream(encodeRows(rows, schema, PIECE), PIECE).map((piece) => Buffer.concat(piece));
    expect(pieces).to.have.length.within(8, 12);
    for (const piece of pieces) expect(piece.byteLength).to.be.lessThan(1.3 * PIECE);
    expect(pieces.flatMap(rowsOf)).to.deep.equal(rows);
  });

  it('has several batches in a piece where they are small', () => {
    const pieces = splitArrowStream(encodeRows(rows, schema, 70_000), PIECE).map((piece) => Buffer.concat(piece));
    expect(pieces).to.have.length.within(10, 14);
    for (const piece of pieces) expect(piece.byteLength).to.be.at.most(PIECE + 1000);
    expect(pieces.flatMap(rowsOf)).to.deep.equal(rows);
  });

  it('is looked at where it lies, and stays whole with dictionaries or without rows', () => {
    const words = vectorFromArray(['a', 'b', 'a'], new Dictionary(new Utf8(), new Int32()));
    for (const whole of [tableToIPC(new Table({ words }), 'stream'), encodeRows([], schema)]) {
      const shifted = new Uint8Array(whole.byteLength + 3).subarray(3);
      shifted.set(whole);
      const [piece, ...more] = splitArrowStream(shifted, 1);
      expect(more).to.deep.equal([]);
      expect(piece).to.deep.equal([shifted]);
    }
  });
});

describe('large local relations', () => {
  class Store {
    readonly sent: Artifact[] = [];
    asked = 0;
    fails = false;

    async missingArtifacts(names: readonly string[]): Promise<ReadonlySet<string>> {
      this.asked++;
      const kept = new Set(this.sent.map(({ name }) => name));
      return new Set(names.filter((name) => !kept.has(name)));
    }
    async addArtifacts(artifacts: readonly Artifact[]): Promise<void> {
      if (this.fails && this.sent.length === 4) throw new Error('the line broke');
      this.sent.push(...artifacts);
    }
  }

  const data = encodeRows(rows, schema, PIECE);
  const local = (bytes = data) =>
    create(RelationSchema, { relType: { case: 'localRelation', value: { data: bytes, schema: schema.json() } } });
  const plan = (bytes?: Uint8Array) => ({ root: local(bytes) });

  it('become pieces and a schema from Spark 4.1 on, each sent once', async () => {
    const store = new Store();
    const relations = new LocalRelations(store, PIECE);
    const [one, other] = [plan(), plan()];
    await Promise.all([relations.replaceIn(one, '4.1.1'), relations.replaceIn(other, '4.1.1')]);
    const { relType } = one.root;
    if (relType.case !== 'chunkedCachedLocalRelation') return expect.fail(`it is ${relType.case}`);
    expect(other.root.relType).to.deep.equal(relType);
    const { dataHashes, schemaHash } = relType.value;
    const contents = new Map(store.sent.map(({ name, parts }) => [name, Buffer.concat(parts)]));
    for (const [name, bytes] of contents) {
      expect(name).to.equal(`cache/${createHash('sha256').update(bytes).digest('hex')}`);
    }
    expect(store.sent).to.have.length(dataHashes.length + 1);
    expect(store.asked).to.equal(1);
    expect(Buffer.from(contents.get(`cache/${schemaHash}`) ?? []).toString()).to.equal(schema.json());
    const pieces = dataHashes.map((hash) => contents.get(`cache/${hash}`) ?? new Uint8Array(0));
    expect(pieces.flatMap(rowsOf)).to.deep.equal(rows);
    // The same rows, written again: the server has them.
    await relations.replaceIn(plan(data.slice()), '4.1.1');
    expect(store.sent).to.have.length(dataHashes.length + 1);
  });

  it('go on where an upload failed', async () => {
    const store = new Store();
    const relations = new LocalRelations(store, PIECE);
    store.fails = true;
    const error = await relations.replaceIn(plan(), '4.1.1').catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the line broke');
    expect(store.sent).to.have.length(4);
    store.fails = false;
    const again = plan();
    await relations.replaceIn(again, '4.1.1');
    expect(again.root.relType.case).to.equal('chunkedCachedLocalRelation');
    expect(new Set(store.sent.map(({ name }) => name)).size).to.equal(store.sent.length);
  });

  it('are one piece before', async () => {
    const store = new Store();
    const { root } = await (async () => {
      const whole = plan();
      await new LocalRelations(store, PIECE).replaceIn(whole, '4.0.1');
      return whole;
    })();
    if (root.relType.case !== 'cachedLocalRelation') return expect.fail(`it is ${root.relType.case}`);
    expect(store.sent.map(({ name }) => name)).to.deep.equal([`cache/${root.relType.value.hash}`]);
    const sent = fromBinary(LocalRelationSchema, Buffer.concat(store.sent[0]?.parts ?? []));
    expect(sent.schema).to.equal(schema.json());
    expect(rowsOf(sent.data ?? new Uint8Array(0))).to.deep.equal(rows);
  });
});
