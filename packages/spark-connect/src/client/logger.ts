/** What the client says about its own work; `console` and a pino logger both fit. */
export interface Logger {
  /** What only helps in looking for a fault. */
  debug(message: string): void;
  /** What has happened as it should. */
  info(message: string): void;
  /** What may need somebody to look at it. */
  warn(message: string): void;
}

/** Says nothing: the default, since a library must not write to its user's terminal. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {} };
