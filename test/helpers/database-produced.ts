import { expect } from 'chai';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { encodeReading } from '../../producer/index.ts';
import type { TestTopic } from './kafka.ts';

interface VitalsRow extends RowDataPacket {
  /** BIGINT arrives as text. */
  readonly id: string;
  readonly customerId: number;
  readonly heartBeat: number;
  readonly bp: number;
}

const MARKED_WITHIN_MS = 20_000;

/**
 * Expects that a `read_committed` consumer finds each row of the table once, and nothing else.
 *
 * @param options.inOrder whether each patient's rows must stand in the order of their ids too
 */
export async function expectEachRowOnce(
  connection: Connection,
  topic: Pick<TestTopic, 'read'>,
  { inOrder = true }: { inOrder?: boolean } = {},
): Promise<void> {
  const [rows] = await connection.query<VitalsRow[]>(
    'SELECT id, customerId, heartBeat, bp FROM patients_vital_info ORDER BY id',
  );
  // The producer hears of its commit before every partition has the mark of it, and what is not marked is not shown.
  const limit = performance.now() + MARKED_WITHIN_MS;
  let messages = await topic.read();
  while (messages.length < rows.length && performance.now() < limit) messages = await topic.read();
  const sent = messages.map(({ headers, value }) => `${headers.source_id} ${value}`);
  const ids = messages.map(({ headers }) => Number(headers.source_id));
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const doubled = [...counts].filter(([, count]) => count > 1).map(([id]) => id);
  const lost = rows.filter(({ id }) => !counts.has(Number(id))).map(({ id }) => id);
  expect({ doubled: doubled.slice(0, 20), lost: lost.slice(0, 20) }).to.deep.equal({ doubled: [], lost: [] });
  expect(sent.toSorted()).to.deep.equal(rows.map((row) => `${row.id} ${encodeReading(row)}`).toSorted());
  if (!inOrder) return;
  const last = new Map<string | null, number>();
  for (const { key, headers } of messages) {
    const id = Number(headers.source_id);
    expect(id, `patient ${key}`).to.be.above(last.get(key) ?? 0);
    last.set(key, id);
  }
}
