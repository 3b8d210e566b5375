/**
 * Rows that are sent once: a large local relation goes to the server as artifacts, named by their hashes, and plans name those.
 * So the same DataFrame may be used by many actions, and be larger than a message may.
 *
 * From Spark 4.1 on each artifact is a piece of the rows, or the schema; before it, the whole relation is one.
 */
import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  CachedLocalRelationSchema,
  ChunkedCachedLocalRelationSchema,
  type LocalRelation,
  LocalRelationSchema,
  type Relation,
} from '../gen/spark/connect/relations_pb.js';
import { type ArrowPiece, splitArrowStream } from './arrow-pieces.ts';
import type { Artifact } from './artifacts.ts';
import { isAtLeast } from './server-features.ts';

/** Above this a relation is sent apart from the plans that use it. */
const THRESHOLD_BYTES = 1024 * 1024;

/** What keeps artifacts: the session on the server. */
export interface ArtifactStore {
  /** Those of the names that the session has not. */
  missingArtifacts(names: readonly string[]): Promise<ReadonlySet<string>>;
  addArtifacts(artifacts: readonly Artifact[]): Promise<void>;
}

type Cached = Extract<Relation['relType'], { case: 'cachedLocalRelation' | 'chunkedCachedLocalRelation' }>;

export class LocalRelations {
  readonly #store: ArtifactStore;
  readonly #chunkBytes: number;
  /** By the rows themselves: what stands for them, once they are on the server. */
  readonly #sent = new WeakMap<Uint8Array, Promise<Cached>>();

  /** @param chunkBytes about how large the pieces are that the rows are sent in */
  constructor(store: ArtifactStore, chunkBytes: number) {
    this.#store = store;
    this.#chunkBytes = chunkBytes;
  }

  /**
   * Replaces the large local relations in a message by their hashes, and sends those that the server has not.
   *
   * @param version the server's, e.g. `3.5.7`
   */
  async replaceIn(message: object, version: string): Promise<void> {
    for (const relation of largeRelations(message)) {
      if (relation.relType.case !== 'localRelation') continue;
      relation.relType = await this.#cached(relation.relType.value, version);
    }
  }

  #cached(local: LocalRelation, version: string): Promise<Cached> {
    const key = local.data ?? new Uint8Array(0);
    const known = this.#sent.get(key);
    if (known !== undefined) return known;
    const sending = isAtLeast(version, '4.1') ? this.#sendPieces(key, local.schema) : this.#sendWhole(local);
    this.#sent.set(key, sending);
    // What could not be sent is tried again by the next action.
    sending.catch(() => this.#sent.delete(key));
    return sending;
  }

  async #sendWhole(local: LocalRelation): Promise<Cached> {
    const [hash = ''] = await this.#provide([[toBinary(LocalRelationSchema, local)]]);
    return { case: 'cachedLocalRelation', value: create(CachedLocalRelationSchema, { hash }) };
  }

  async #sendPieces(data: Uint8Array, schema: string | undefined): Promise<Cached> {
    const schemaPieces = schema === undefined ? [] : [[new TextEncoder().encode(schema)]];
    const dataHashes = await this.#provide([...splitArrowStream(data, this.#chunkBytes), ...schemaPieces]);
    const schemaHash = schema === undefined ? undefined : dataHashes.pop();
    const value = create(ChunkedCachedLocalRelationSchema, {
      dataHashes,
      ...(schemaHash === undefined ? {} : { schemaHash }),
    });
    return { case: 'chunkedCachedLocalRelation', value };
  }

  /** Sends the pieces that the session has not, one at a time. @returns the hashes of all */
  async #provide(pieces: readonly ArrowPiece[]): Promise<string[]> {
    const hashes = pieces.map(hashOf);
    const missing = new Set(await this.#store.missingArtifacts([...new Set(hashes)].map(nameOf)));
    for (const [index, parts] of pieces.entries()) {
      const name = nameOf(hashes[index] ?? '');
      if (missing.delete(name)) await this.#store.addArtifacts([{ name, parts }]);
    }
    return hashes;
  }
}

function nameOf(hash: string): string {
  return `cache/${hash}`;
}

function hashOf(piece: ArrowPiece): string {
  const hash = createHash('sha256');
  for (const part of piece) hash.update(part);
  return hash.digest('hex');
}

function largeRelations(message: object): Relation[] {
  const found: Relation[] = [];
  const pending: unknown[] = [message];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue;
    if (isLargeLocalRelation(value)) found.push(value);
    else for (const inner of Object.values(value)) pending.push(inner);
  }
  return found;
}

function isLargeLocalRelation(value: object): value is Relation {
  const { $typeName, relType } = value as Partial<Relation>;
  if ($typeName !== 'spark.connect.Relation' || relType?.case !== 'localRelation') return false;
  return (relType.value.data?.byteLength ?? 0) > THRESHOLD_BYTES;
}
