import type { ConnectOptions } from './connect-options.ts';
import { type ConnectionTarget, targetAddress } from './connection-string.ts';

/** What calls go over, for who explains their failures. */
export interface Line {
  /** `host:port`. */
  readonly address: string;
  readonly useTls: boolean;
  /** Whether calls carry anything that could be refused: a token, or headers and interceptors of the program's own. */
  readonly hasCredentials: boolean;
}

/** The line that a connection has. */
export function lineOf({ callHeaders, interceptors = [] }: ConnectOptions, target: ConnectionTarget): Line {
  const { token, useTls, headers } = target;
  const hasOwn = callHeaders !== undefined || interceptors.length > 0 || Object.keys(headers).length > 0;
  return { address: targetAddress(target), useTls, hasCredentials: token !== undefined || hasOwn };
}
