import { z } from 'zod';
import { type Environment, settingOf } from './environment.ts';
import { OperatorError } from './operator-error.ts';

const STACK_HINT = 'Run `npm run stack -- up`, or set it in .env.';

/** One variable: its schema (which also defaults) and, in words, what it expects. */
interface Field {
  readonly variable: string;
  readonly expects: string;
  readonly schema: z.ZodType;
}

type Parsed<Fields extends Readonly<Record<string, Field>>> = {
  [Name in keyof Fields]: z.output<Fields[Name]['schema']>;
};

/** Names a variable, what it expects in words, and the schema that turns its text into a value. */
export function field<Schema extends z.ZodType>(variable: string, expects: string, schema: Schema) {
  return { variable, expects, schema } satisfies Field;
}

/**
 * Checks the variables of one section together, so that one run names everything that is wrong with it.
 *
 * @throws OperatorError `SETTING_MISSING` or `SETTING_INVALID`, exit code 2; a wrong value is not repeated, for it
 *   may be a secret that landed in the wrong variable
 */
export function parseSection<Fields extends Readonly<Record<string, Field>>>(
  environment: Environment,
  fields: Fields,
): Parsed<Fields> {
  const parsed: Record<string, unknown> = {};
  const missing: string[] = [];
  const invalid: string[] = [];
  for (const [name, { variable, expects, schema }] of Object.entries(fields)) {
    const text = settingOf(environment, variable);
    const result = schema.safeParse(text);
    if (result.success) parsed[name] = result.data;
    else if (text === undefined) missing.push(variable);
    else invalid.push(`${variable} is not valid: it expects ${expects}`);
  }
  const complaints = [...(missing.length > 0 ? [notSet(missing, fields)] : []), ...invalid];
  if (complaints.length > 0) {
    throw new OperatorError(missing.length > 0 ? 'SETTING_MISSING' : 'SETTING_INVALID', complaints.join('; '), {
      exitCode: 2,
      next: missing.length > 0 ? STACK_HINT : 'Correct it in the environment or in .env.',
    });
  }
  return parsed as Parsed<Fields>;
}

function notSet(missing: readonly string[], fields: Readonly<Record<string, Field>>): string {
  if (missing.length > 1) return `${missing.slice(0, -1).join(', ')} and ${missing.at(-1)} are not set`;
  const expects = Object.values(fields).find(({ variable }) => variable === missing[0])?.expects;
  return `${missing[0]} is not set: it expects ${expects}`;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether a host name or address can only be this machine. Names are not resolved: what DNS says may change. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Refuses an unencrypted connection that would leave this machine.
 *
 * @throws OperatorError `TLS_REQUIRED`, exit code 2
 */
export function requireTlsBeyondLoopback(tls: 'required' | 'off', host: string, names: { tls: string; host: string }) {
  if (tls === 'required' || isLoopback(host)) return;
  throw new OperatorError('TLS_REQUIRED', `${names.tls}=off is for this machine only, but ${names.host} is ${host}`, {
    exitCode: 2,
    next: `Set ${names.tls}=required.`,
  });
}

export const text = z.string().trim().min(1);
export const port = z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(1).max(65535));
export const tlsMode = z.enum(['required', 'off']).default('required');
