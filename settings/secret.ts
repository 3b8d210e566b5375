import { inspect } from 'node:util';

const MASK = '***';

/**
 * A password or token that cannot be printed by accident: JSON, string templates, `console.log` and
 * `util.inspect` all show `***`. Only {@link Secret.reveal} gives the text, so every use is easy to find.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/**
 * A Spark Connect address fit to be shown: the values of `token` and of anything that sounds like a secret are
 * masked, the rest stays readable.
 *
 * @param remote `sc://host:port/;key=value;…`
 */
export function maskRemote(remote: string): string {
  return remote.replace(/([;/][^;=]*(?:token|password|secret|authorization|proxy-auth)[^;=]*=)[^;]*/gi, `$1${MASK}`);
}
