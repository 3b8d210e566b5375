import { InvalidArgumentError } from 'commander';

/** The value of `--health-port`; 0 for any port that is free. */
export function portOption(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It is a port, from 0 (any that is free) to 65535.');
}
