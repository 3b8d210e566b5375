/**
 * Where reading goes on: after which id. The pump notes an id once everything up to it is acknowledged by Kafka.
 *
 * Only this process remembers it so far. A durable position is to stand here as a second implementation, written in
 * the Kafka transaction that holds the records themselves.
 */
export interface Position {
  /** Id after which reading starts, as decimal text; '0' from the first row. */
  load(): Promise<string>;
  /** Called with the last id of each acknowledged batch, in order. */
  acknowledged(id: string): Promise<void>;
}

/** A position that is forgotten with the process. */
export class MemoryPosition implements Position {
  #after: string;

  constructor(after = '0') {
    this.#after = after;
  }

  load(): Promise<string> {
    return Promise.resolve(this.#after);
  }

  acknowledged(id: string): Promise<void> {
    this.#after = id;
    return Promise.resolve();
  }
}
