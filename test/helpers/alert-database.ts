import type { Pool, PoolConnection } from 'mysql2/promise';
import { openPool } from '../../database/index.ts';
import type { Episode, TransitionKind } from '../../jobs/alerts/episodes.ts';
import { type Leadership, takeLead } from '../../jobs/alerts/leadership.ts';
import type { OutboxEntry } from '../../jobs/alerts/outbox.ts';
import { createAlertTables } from '../../jobs/alerts/schema.ts';
import { commitBatch } from '../../jobs/alerts/store.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { episode, episodeItem } from './episodes.ts';

export const TOPIC = 'vitals';

/** A database with the alerts' tables, and a pool on it, as a driver has. */
export interface AlertDatabase {
  readonly database: TestDatabase;
  readonly pool: Pool;
  lead(): Promise<Leadership>;
  close(): Promise<void>;
}

export async function createAlertDatabase(purpose: string): Promise<AlertDatabase> {
  const database = await createTestDatabase(purpose);
  const pool = openPool(database.settings);
  await createAlertTables(pool);
  const close = async () => {
    await pool.end();
    await database.drop();
  };
  return { database, pool, lead: () => takeLead(pool, TOPIC), close };
}

/** A notification about a made-up episode. */
export function entry(
  kind: TransitionKind,
  overrides: Partial<Episode> = {},
  { recipient = 'birch@ward-b.example.org', ward = 'Ward B' } = {},
): OutboxEntry {
  const about = episode(overrides);
  return {
    key: `${about.id}.${kind}.0`,
    episodeId: about.id,
    customerId: about.customerId,
    kind,
    severity: about.severity,
    recipient,
    content: episodeItem(kind, overrides, ward),
  };
}

/** Puts notifications into the outbox, as a batch does. */
export async function put(pool: Pool, lead: Leadership, ...outbox: readonly OutboxEntry[]): Promise<void> {
  await commitBatch(pool, lead, {
    outcome: { changed: [], dropped: [], progress: new Map() },
    presences: [],
    outbox,
  });
}

/** A pool whose next connection breaks when that many statements have gone through it; at the commit, after it. */
export function breakingPool(pool: Pool, statements: number): { readonly pool: Pool; readonly broke: () => boolean } {
  let broke = false;
  const getConnection = async () => {
    const connection = await pool.getConnection();
    let left = statements;
    const crash = () => {
      broke = true;
      connection.destroy();
      throw Object.assign(new Error('the connection is gone'), { code: 'PROTOCOL_CONNECTION_LOST' });
    };
    return new Proxy(connection, {
      get(target, property: keyof PoolConnection) {
        const member: unknown = target[property];
        if (typeof member !== 'function') return member;
        if (property === 'query') {
          return async (...args: unknown[]) => (left-- === 0 ? crash() : await member.apply(target, args));
        }
        if (property === 'commit') {
          return async () => {
            const doomed = left-- === 0;
            await target.commit();
            if (doomed) crash();
          };
        }
        return member.bind(target);
      },
    });
  };
  const broken = new Proxy(pool, {
    get: (target, property: keyof Pool) =>
      property === 'getConnection' ? getConnection : (target[property] as () => unknown).bind(target),
  });
  return { pool: broken, broke: () => broke };
}
