import { SparkConnectError } from '../errors.ts';
import type { ConnectOptions } from './connect-options.ts';

/**
 * Looks at the numbers of a connection before anything is done with them.
 *
 * @throws SparkConnectError `invalid-argument` that names the option
 */
export function checkOptions(options: ConnectOptions): void {
  const { keepAlive } = options;
  requireTime('connectTimeoutMs', options.connectTimeoutMs);
  requireTime('callTimeoutMs', options.callTimeoutMs);
  requireTime('keepAlive.intervalMs', keepAlive?.intervalMs);
  requireTime('keepAlive.timeoutMs', keepAlive?.timeoutMs);
  requireBytes('preferredArrowChunkBytes', options.preferredArrowChunkBytes);
  requireBytes('localRelationChunkBytes', options.localRelationChunkBytes);
}

/** @throws SparkConnectError `invalid-argument` unless it is a number from 0 on */
export function requireFromZero(name: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new SparkConnectError('invalid-argument', `${name} is ${String(value)}: it must be a number from 0 on`);
}

function requireTime(name: string, ms: number | undefined): void {
  if (ms === undefined || (typeof ms === 'number' && ms > 0)) return;
  const wanted = 'it must be a number of milliseconds above 0 (Infinity is no limit)';
  throw new SparkConnectError('invalid-argument', `${name} is ${String(ms)}: ${wanted}`);
}

function requireBytes(name: string, bytes: number | undefined): void {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes > 0)) return;
  throw new SparkConnectError(
    'invalid-argument',
    `${name} is ${String(bytes)}: it must be a whole number of bytes above 0`,
  );
}
