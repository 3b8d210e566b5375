/** What the client says about its own work; `console` and a pino logger both fit. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Says nothing: the default, since a library must not write to its user's terminal. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {} };
