/**
 * The room `arrow`, loaded while a session connects: apache-arrow is the largest of what the package needs, and whoever imports the
 * package waits for it no longer than the server makes them wait anyway.
 */
import { SparkConnectError } from '../errors.ts';

type ArrowRoom = typeof import('../arrow/index.ts');

let loading: Promise<ArrowRoom> | undefined;
let loaded: ArrowRoom | undefined;

/** Loads it, once. */
export function loadArrow(): Promise<ArrowRoom> {
  loading ??= import('../arrow/index.ts').then((room) => {
    loaded = room;
    return room;
  });
  return loading;
}

/** What is there since a session was opened. @throws SparkConnectError `not-found` where none has been */
export function arrowRoom(): ArrowRoom {
  if (loaded !== undefined) return loaded;
  throw new SparkConnectError('not-found', 'no session has been opened: they come from SparkSession.builder()');
}
