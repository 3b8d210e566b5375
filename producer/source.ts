import type { Connection, RowDataPacket } from 'mysql2/promise';
import pRetry from 'p-retry';
import { connect, databaseError, isTransient, streamRows } from '../database/index.ts';
import { codeOf, type DatabaseSettings, type Logger, messageOf, OperatorError } from '../settings/index.ts';
import type { Gap, ReadTimes, TableEnd } from './gaps.ts';
import { type SourceRow, sourceIdOf } from './row.ts';
import { inspectTable, type SourceTable } from './source-table.ts';

/** Attempts after the first one before there ever was a connection, about 2 s: most likely a setting is wrong. */
const RETRIES_TO_OPEN = 3;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;

/**
 * A server that froze, or failed over without a word, leaves a connection on which nothing ever comes. A page takes
 * a fraction of a second.
 */
const QUERY_LIMIT_MS = 30_000;

/** Ranges of one query; more would make it long rather than fast. */
const GAPS_OF_A_QUERY = 200;

/** Rows of one query, which is one snapshot of the table. */
export interface Page extends ReadTimes {
  readonly rows: readonly SourceRow[];
}

export interface SourceOptions {
  readonly table: string;
  readonly pageRows: number;
  /** Attempts after the first one at a page, with pauses that double from 250 ms to 8 s; Infinity to wait for ever. */
  readonly retries: number;
  /** What a query may take; 30 s by default. */
  readonly queryLimitMs?: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Reads rows of one table, page by page. A lost connection is opened again and the page read again, so a reader never
 * sees a row twice or a row that is no row.
 */
export class Source {
  readonly table: SourceTable;
  readonly #settings: DatabaseSettings;
  readonly #options: SourceOptions;
  #connection: Connection | undefined;

  private constructor(settings: DatabaseSettings, options: SourceOptions, connection: Connection, table: SourceTable) {
    this.#settings = settings;
    this.#options = options;
    this.#connection = connection;
    this.table = table;
  }

  /**
   * Connects and looks the table up.
   *
   * @throws OperatorError that names the variable or option behind the failure
   */
  static async open(settings: DatabaseSettings, options: SourceOptions): Promise<Source> {
    const opening = { ...options, retries: Math.min(options.retries, RETRIES_TO_OPEN) };
    const [connection, table] = await retrying(settings, opening, async () => {
      const opened = await connect(settings, { bigIntegers: 'number-if-exact' });
      try {
        return [opened, await inspectTable(opened, options.table)] as const;
      } catch (error) {
        opened.destroy();
        throw error;
      }
    });
    return new Source(settings, options, connection, table);
  }

  /**
   * The page after a row, in the order of ids; the next one is fetched while the caller works on this one.
   *
   * @param after id, exclusive
   * @returns pages that are never empty; it ends at the last row
   * @throws OperatorError after the last retry
   */
  async *pages(after: string): AsyncGenerator<Page, void, undefined> {
    let next = this.#page(after);
    for (;;) {
      const page = await next;
      const last = page.rows.at(-1);
      if (last === undefined) return;
      const isLast = page.rows.length < this.#options.pageRows;
      if (!isLast) next = prefetched(this.#page(sourceIdOf(last) ?? after));
      yield page;
      if (isLast) return;
    }
  }

  /** The rows that are in these gaps now, in the order of ids. */
  async rowsIn(gaps: readonly Gap[]): Promise<readonly SourceRow[]> {
    const rows: SourceRow[] = [];
    for (let start = 0; start < gaps.length; start += GAPS_OF_A_QUERY) {
      const part = gaps.slice(start, start + GAPS_OF_A_QUERY);
      const isInAGap = part.map(() => 'id BETWEEN CAST(? AS DECIMAL(20)) AND CAST(? AS DECIMAL(20))').join(' OR ');
      const ranges = part.flatMap(({ from, to }) => [String(from), String(to)]);
      rows.push(
        ...(await this.#query(`SELECT ${this.#columns()} FROM ?? WHERE ${isInAGap} ORDER BY id`, [
          this.table.name,
          ...ranges,
        ])),
      );
    }
    return rows;
  }

  /** The highest id at this moment; 0 for an empty table. */
  async end(): Promise<TableEnd> {
    const rows = await this.#query('SELECT MAX(id) FROM ??', [this.table.name]);
    return { id: BigInt(String(rows[0]?.[0] ?? 0)), at: performance.now() };
  }

  /** How many rows have ids at which reading never starts: positions are counted from 1. */
  async rowsBelowOne(): Promise<number> {
    const rows = await this.#query('SELECT COUNT(*) FROM ?? WHERE id < 1', [this.table.name]);
    return Number(rows[0]?.[0] ?? 0);
  }

  /**
   * All rows in the order that the table gives them, for a table without id. It cannot go on after an error: which rows
   * came before is not known.
   */
  async *unordered(): AsyncGenerator<readonly SourceRow[], void, undefined> {
    const connection = await this.#connected();
    const sql = `SELECT ${this.#columns()} FROM ${connection.escapeId(this.table.name)}`;
    const stream = streamRows(connection, sql, this.#options.pageRows);
    let page: SourceRow[] = [];
    try {
      for await (const row of stream) {
        page.push(row as SourceRow);
        if (page.length < this.#options.pageRows) continue;
        yield page;
        page = [];
      }
    } catch (error) {
      throw databaseError(error, this.#settings);
    }
    if (page.length > 0) yield page;
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    // The result of a query that was cut short is of no interest: a quick end instead of a polite one.
    connection?.destroy();
  }

  async #page(after: string): Promise<Page> {
    const startedAt = performance.now();
    const rows = await this.#query(
      `SELECT ${this.#columns()} FROM ?? WHERE id > CAST(? AS DECIMAL(20)) ORDER BY id LIMIT ?`,
      [this.table.name, after, this.#options.pageRows],
    );
    return { rows, startedAt, endedAt: performance.now() };
  }

  async #query(sql: string, values: readonly (string | number)[]): Promise<readonly SourceRow[]> {
    return await retrying(this.#settings, this.#options, async () => {
      const connection = await this.#connected();
      try {
        const timeout = this.#options.queryLimitMs ?? QUERY_LIMIT_MS;
        const query = { sql, values: [...values], rowsAsArray: true, timeout };
        const [rows] = await unlessAborted(this.#options.signal, connection.query<RowDataPacket[][]>(query));
        return rows as unknown as readonly SourceRow[];
      } catch (error) {
        if (this.#connection === connection) this.#connection = undefined;
        connection.destroy();
        throw codeOf(error) === 'PROTOCOL_SEQUENCE_TIMEOUT' ? databaseError(error, this.#settings) : error;
      }
    });
  }

  #columns(): string {
    const { hasId, hasRecordedAt } = this.table;
    return `${hasId ? 'id' : 'NULL'}, customerId, heartBeat, bp, ${hasRecordedAt ? 'recorded_at' : 'NULL'}`;
  }

  async #connected(): Promise<Connection> {
    this.#connection ??= await connect(this.#settings, { bigIntegers: 'number-if-exact' });
    return this.#connection;
  }
}

/** A page that fails before anyone waits for it must not end the process; whoever awaits it later sees the error. */
function prefetched<Page>(page: Promise<Page>): Promise<Page> {
  page.catch(() => {});
  return page;
}

/** A query that nobody answers must not keep a command that was told to end. */
async function unlessAborted<Result>(signal: AbortSignal, result: Promise<Result>): Promise<Result> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    stop();
  }
}

async function retrying<Result>(settings: DatabaseSettings, options: SourceOptions, act: () => Promise<Result>) {
  try {
    return await pRetry(act, {
      retries: options.retries,
      minTimeout: FIRST_RETRY_MS,
      maxTimeout: LONGEST_RETRY_MS,
      factor: 2,
      signal: options.signal,
      shouldRetry: ({ error }) => isTransient(error),
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (!isTransient(error) || retriesLeft === 0 || options.signal.aborted) return;
        options.logger.warn({ attempt: attemptNumber }, `${messageOf(error)}; trying again`);
      },
    });
  } catch (error) {
    if (options.signal.aborted && !(error instanceof OperatorError)) throw error;
    throw databaseError(error, settings);
  }
}
