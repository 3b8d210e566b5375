import { SparkConnectError } from '../errors.ts';

/** The parts of a Spark Connect address, read once and narrowed. */
export interface ConnectionTarget {
  readonly host: string;
  /** TCP port; 15002 where the address names none. */
  readonly port: number;
  readonly useTls: boolean;
  readonly token: string | undefined;
  readonly userId: string | undefined;
  readonly userAgent: string | undefined;
  readonly sessionId: string | undefined;
  /** The largest message that is sent or taken, in bytes. */
  readonly maxMessageBytes: number | undefined;
  /** Every other `key=value` of the address: sent as a header with each call. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The environment variable whose token is used where an address has none, as in PySpark. */
export const TOKEN_VARIABLE = 'SPARK_CONNECT_AUTHENTICATE_TOKEN';

/** The largest message where the address names none, as in Spark's own clients and servers. */
export const DEFAULT_MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

const DEFAULT_PORT = 15002;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// RFC 9110's token, lower case as HTTP/2 wants header names.
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;
// HTTP/2 forbids the first, gRPC writes the others itself; a call with them would fail, or wait for ever.
const RESERVED_HEADER =
  /^(?:connection|host|http2-settings|keep-alive|proxy-connection|te|transfer-encoding|upgrade|content-type|user-agent|grpc-.*|.*-bin)$/;

/**
 * Reads a Spark Connect connection string:
 *
 *     sc://host[:port][/][;key=value]*      host: name, IPv4 or [IPv6]
 *
 * Keys are `token`, `use_ssl`, `user_id`, `user_agent`, `session_id`, `grpc_max_message_size`; any other becomes a header. Values are
 * percent-decoded. A token asks for TLS unless `use_ssl` says otherwise.
 *
 * @param environmentToken the token where the address has none; as in PySpark it asks for TLS but to `localhost`
 * @throws SparkConnectError `invalid-connection-string`, naming the part that is wrong (never a token's value).
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md
 */
export function parseConnectionString(text: string, environmentToken?: string): ConnectionTarget {
  const match = /^sc:\/\/([^/;]*)(?:\/([^;]*))?((?:;.*)?)$/s.exec(text);
  if (!match) throw invalid('an address looks like sc://host:port/;key=value');
  const [, authority = '', path = '', parameterText = ''] = match;
  // What stands in the wrong place may be a token: it is not repeated.
  if (path !== '') throw invalid('a path has no meaning here: parameters follow "/;"');

  const { host, port } = parseAuthority(authority);
  const parameters = parseParameters(parameterText);
  const take = (key: string) => {
    const value = parameters.get(key);
    parameters.delete(key);
    return value;
  };
  const ownToken = take('token');
  // A header of the address is the word of who wrote it.
  const token = ownToken ?? (parameters.has('authorization') ? undefined : environmentToken || undefined);
  const asksForTls = ownToken !== undefined || (token !== undefined && host !== 'localhost');
  if (token !== undefined && !HEADER_VALUE.test(token)) {
    throw invalid(`the token${ownToken === undefined ? ` of ${TOKEN_VARIABLE}` : ''} is no printable ASCII`);
  }
  const sessionId = take('session_id');
  if (sessionId !== undefined && !isSessionId(sessionId)) throw invalid('session_id must be a UUID');
  return {
    host,
    port,
    token,
    useTls: parseBoolean('use_ssl', take('use_ssl'), asksForTls),
    userId: take('user_id'),
    userAgent: take('user_agent'),
    sessionId,
    maxMessageBytes: parseBytes('grpc_max_message_size', take('grpc_max_message_size')),
    headers: headers(parameters),
  };
}

/** Whether Spark takes the text for a session's id: a UUID. */
export function isSessionId(text: string): boolean {
  return UUID.test(text);
}

/** The target as `host:port`, an IPv6 host in brackets, as gRPC wants it and people read it. */
export function targetAddress({ host, port }: Pick<ConnectionTarget, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseAuthority(authority: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(.*))?$/i.exec(authority);
  const host = match?.[1] ?? match?.[2];
  if (!host) throw invalid('what follows sc:// names no host (an IPv6 address stands in brackets)');
  const portText = match?.[3];
  if (portText === undefined) return { host, port: DEFAULT_PORT };
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65535) throw invalid('the port is no number from 1 to 65535');
  return { host, port };
}

function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [index, part] of text.split(';').entries()) {
    if (part === '') continue;
    const separator = part.indexOf('=');
    if (separator < 1) throw invalid(`parameter ${index} is no key=value`);
    const key = part.slice(0, separator);
    if (!HEADER_NAME.test(key))
      throw invalid(`the key of parameter ${index} cannot be the name of a header (lower-case letters, digits, "-")`);
    if (parameters.has(key)) throw invalid(`"${key}" is given twice`);
    parameters.set(key, decode(key, part.slice(separator + 1)));
  }
  return parameters;
}

function decode(key: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw invalid(`the value of "${key}" is not percent-encoded correctly`, cause);
  }
}

function parseBoolean(key: string, value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw invalid(`${key} must be true or false`);
  return lower === 'true';
}

function parseBytes(key: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const bytes = Number(value);
  // gRPC writes a message's length in 32 bits, of which Java reads 31.
  if (!/^\d+$/.test(value) || bytes < 1 || bytes > 0x7fff_ffff) throw invalid(`${key} is no number of bytes`);
  return bytes;
}

function headers(parameters: ReadonlyMap<string, string>): Record<string, string> {
  for (const [name, value] of parameters) {
    if (RESERVED_HEADER.test(name)) throw invalid(`"${name}" cannot be set as a header`);
    if (!HEADER_VALUE.test(value)) throw invalid(`the value of the header "${name}" is no printable ASCII`);
  }
  return Object.fromEntries(parameters);
}

function invalid(why: string, cause?: unknown): SparkConnectError {
  return new SparkConnectError('invalid-connection-string', `not a Spark Connect address: ${why}`, { cause });
}
