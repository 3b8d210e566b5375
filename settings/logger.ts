import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

const REDACTED_KEYS = ['password', 'token', 'secret', 'authorization', 'credentials', 'pass'];
const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};

/** How log lines look and where they go. */
export interface LogOptions {
  /** The part that speaks, e.g. `producer`. */
  readonly name: string;
  /** JSON lines instead of short plain ones; by default as `LOG_FORMAT` says. */
  readonly json?: boolean;
  /** The least level that is written; by default `LOG_LEVEL` or `info`. */
  readonly level?: string;
  /** Standard error by default: standard output belongs to results. */
  readonly destination?: { write(text: string): unknown };
}

/** A pino logger on standard error, with redaction: plain lines for people, JSON with `LOG_FORMAT=json`. */
export function createLogger(options: LogOptions): Logger {
  const destination = options.destination ?? process.stderr;
  const json = options.json ?? process.env.LOG_FORMAT === 'json';
  const pinoOptions: LoggerOptions = {
    base: { name: options.name },
    level: options.level ?? (process.env.LOG_LEVEL || 'info'),
    serializers: { err: described },
    redact: { paths: REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
  };
  const stream: DestinationStream = json
    ? { write: (line) => void destination.write(line) }
    : { write: (line) => void destination.write(plainLine(line)) };
  return pino(pinoOptions, stream);
}

/** What a line says of an error besides its kind, its message and its stack. */
const TOLD_OF_ERRORS = ['code', 'errno', 'sqlState', 'syscall', 'responseCode', 'next'];

/**
 * An error as JSON, and of what libraries hang on one only what is known to be harmless: the database's driver adds the whole statement
 * with its values, patients' ids and readings, and the mail library the addresses.
 */
function described(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, ...rest } = pino.stdSerializers.err(error);
  const details = Object.entries(rest).filter(([name]) => TOLD_OF_ERRORS.includes(name));
  return { type, message, stack, ...Object.fromEntries(details) };
}

/** `producer: warning: 2 rows skipped (table=vitals)`; an error's message follows, its stack only at debug level. */
function plainLine(line: string): string {
  const { level, time: _time, name, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const levelName = LEVEL_NAMES[Number(level)];
  const details = Object.entries(rest).map(([key, value]) => `${key}=${asText(value)}`);
  const error = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : '';
  return [
    name ? `${String(name)}: ` : '',
    levelName ? `${levelName}: ` : '',
    asText(msg ?? ''),
    error,
    details.length > 0 ? ` (${details.join(', ')})` : '',
    '\n',
  ].join('');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
