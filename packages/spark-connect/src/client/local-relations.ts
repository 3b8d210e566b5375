/**
 * Rows that are sent once: a large local relation goes to the server as an artifact, named by its hash, and plans name it.
 * So the same DataFrame may be used by many actions, and be larger than a message may.
 */
import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { type LocalRelation, LocalRelationSchema, type Relation } from '../gen/spark/connect/relations_pb.js';
import type { Artifact } from './artifacts.ts';

/** Above this a relation is sent apart from the plans that use it. */
const THRESHOLD_BYTES = 1024 * 1024;

/** Sends an artifact unless the server has one of this name. */
export type ProvideArtifact = (artifact: Artifact) => Promise<void>;

export class LocalRelations {
  readonly #provide: ProvideArtifact;
  /** By the rows themselves: their hash, once they are on the server. */
  readonly #sent = new WeakMap<Uint8Array, Promise<string>>();

  constructor(provide: ProvideArtifact) {
    this.#provide = provide;
  }

  /** Replaces the large local relations in a message by their hashes, and sends those that the server has not. */
  async replaceIn(message: object): Promise<void> {
    const found: Relation[] = [];
    collect(message, found);
    for (const relation of found) {
      if (relation.relType.case !== 'localRelation') continue;
      const hash = await this.#hashOf(relation.relType.value);
      relation.relType = {
        case: 'cachedLocalRelation',
        value: { $typeName: 'spark.connect.CachedLocalRelation', hash },
      };
    }
  }

  #hashOf(local: LocalRelation): Promise<string> {
    const key = local.data ?? new Uint8Array(0);
    const known = this.#sent.get(key);
    if (known !== undefined) return known;
    const sending = this.#send(local);
    this.#sent.set(key, sending);
    // What could not be sent is tried again by the next action.
    sending.catch(() => this.#sent.delete(key));
    return sending;
  }

  async #send(local: LocalRelation): Promise<string> {
    const data = toBinary(LocalRelationSchema, local);
    const hash = createHash('sha256').update(data).digest('hex');
    await this.#provide({ name: `cache/${hash}`, data });
    return hash;
  }
}

function collect(message: object, found: Relation[]): void {
  for (const value of Object.values(message)) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue;
    if (isLargeLocalRelation(value)) found.push(value);
    else collect(value, found);
  }
}

function isLargeLocalRelation(value: object): value is Relation {
  const { $typeName, relType } = value as Partial<Relation>;
  if ($typeName !== 'spark.connect.Relation' || relType?.case !== 'localRelation') return false;
  return (relType.value.data?.byteLength ?? 0) > THRESHOLD_BYTES;
}
