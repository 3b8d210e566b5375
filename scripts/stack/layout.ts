import { join } from 'node:path';
import { stackDirectory } from '../../settings/index.ts';

/** The files of one stack, all in one git-ignored folder. */
export interface StackLayout {
  readonly root: string;
  readonly state: string;
  readonly lock: string;
  /** The ports of the previous `up`. */
  readonly ports: string;
  readonly secrets: string;
  /** A service's own folder: configuration and data. */
  folder(service: string): string;
  log(service: string): string;
  /** Standard output alone, where a service keeps it apart. */
  outputLog(service: string): string;
}

export function stackLayout(root: string = stackDirectory()): StackLayout {
  return {
    root,
    state: join(root, 'state.json'),
    lock: join(root, 'lock'),
    ports: join(root, 'ports.json'),
    secrets: join(root, 'secrets.json'),
    folder: (service) => join(root, 'data', service),
    log: (service) => join(root, 'logs', `${service}.log`),
    outputLog: (service) => join(root, 'logs', `${service}.out.log`),
  };
}
