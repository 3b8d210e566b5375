/** One micro-batch of the alert query, put together from Spark's report and from what the handler told. */
export interface BatchTrace {
  readonly batchId: number;
  /** When the trigger that found the data began, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Spark's own phases: latestOffset, getBatch, queryPlanning, walCommit, addBatch, commitOffsets, triggerExecution. */
  readonly phasesMs: Readonly<Record<string, number>>;
  /** When the batch reached the handler, milliseconds since the epoch. */
  readonly handlerAt: number;
  /** The handler's own steps: directory, collect, transaction, mail, count. */
  readonly lapsMs: Readonly<Record<string, number>>;
  /** What the batch gave reason to tell: mails of the peer, notifications of ours. */
  readonly mails: number;
}

/** The steps between a reading's Kafka timestamp and its mail, in milliseconds; they add up to its latency. */
export interface Steps {
  readonly wait: number;
  readonly start: number;
  readonly 'hand-over': number;
  readonly directory: number;
  readonly collect: number;
  readonly transaction: number;
  readonly mail: number;
}

export const STEPS: readonly (keyof Steps)[] = [
  'wait',
  'start',
  'hand-over',
  'directory',
  'collect',
  'transaction',
  'mail',
];

/** What Spark does with a batch before it gives it to a sink. */
const BEFORE_THE_SINK = ['latestOffset', 'getBatch', 'queryPlanning', 'walCommit'];

/** Splits the way of one reading, which went through that batch. */
export function stepsOf(
  {
    breach,
    notice,
  }: { readonly breach: { readonly timestamp: number }; readonly notice: { readonly acceptedAt: number } },
  trace: BatchTrace,
): Steps {
  const start = sum(BEFORE_THE_SINK.map((phase) => trace.phasesMs[phase] ?? 0));
  const { directory = 0, collect = 0, transaction = 0 } = trace.lapsMs;
  return {
    wait: trace.startedAt - breach.timestamp,
    start,
    'hand-over': trace.handlerAt - trace.startedAt - start,
    directory,
    collect,
    transaction,
    // What is left: a batch's mails are sent side by side or one after the other, and each is answered at its own time.
    mail: notice.acceptedAt - trace.handlerAt - directory - collect - transaction,
  };
}

/**
 * Finds the batch of each mail. A batch begins when all mails of the one before have been accepted, so mails in the order
 * of their acceptance fall to batches in the order of those, as many as each says that it sent.
 *
 * @param mails how many there are
 * @returns the batch of each mail by its place; undefined beyond what the batches tell of
 */
export function batchesOfMails(traces: readonly Pick<BatchTrace, 'batchId' | 'mails'>[], mails: number) {
  const ordered = [...traces].sort((left, right) => left.batchId - right.batchId);
  const batches = ordered.flatMap(({ batchId, mails: count }) => Array.from({ length: count }, () => batchId));
  return Array.from({ length: mails }, (_, index) => batches[index]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
