import os from 'node:os';
import type { Command } from 'commander';
import type { Pool } from 'mysql2/promise';
import { databaseError, openPool } from '../../database/index.ts';
import {
  databaseSettings,
  type Environment,
  kafkaTopic,
  loadEnvironment,
  OperatorError,
  withCloudSettings,
} from '../../settings/index.ts';
import type { Actor } from '../alerts/act-history.ts';
import { ATTRIBUTES, type Attribute } from '../alerts/limits.ts';
import { createAlertTables } from '../alerts/schema.ts';

/** Where the alerts of a topic are read and acted on. */
export interface Desk {
  readonly pool: Pool;
  readonly topic: string;
  readonly environment: Environment;
}

/**
 * Opens the desk for one command.
 *
 * @throws OperatorError that names the setting when the database cannot be used
 */
export async function withDesk<Result>(act: (desk: Desk) => Promise<Result>): Promise<Result> {
  const environment = await withCloudSettings(loadEnvironment());
  const database = databaseSettings(environment);
  const topic = kafkaTopic(environment);
  const pool = openPool(database);
  try {
    await createAlertTables(pool);
    return await act({ pool, topic, environment });
  } catch (error) {
    throw databaseError(error, database);
  } finally {
    // A connection that is still being made may fail meanwhile; why, another error tells.
    await pool.end().catch(() => {});
  }
}

export const JSON_OPTION = ['--json', 'one JSON object'] as const;

export interface ActorOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** The options that say who acts, and why. */
export function withActor(command: Command, reason: 'required' | 'optional'): Command {
  command.option('--by <name>', 'who acts (default: the user of this terminal)');
  return reason === 'required'
    ? command.requiredOption('--reason <text>', 'why; stays in the history')
    : command.option('--reason <text>', 'why; stays in the history');
}

/** @throws OperatorError `ACTOR_MISSING` when nobody is named and the system knows no name either */
export function actorOf({ by, reason }: ActorOptions): Actor {
  const name = (by ?? systemUser()).trim();
  if (name === '') throw new OperatorError('ACTOR_MISSING', '--by expects the name of who acts', { exitCode: 2 });
  if (reason !== undefined && reason.trim() === '') {
    throw new OperatorError('REASON_MISSING', '--reason expects a text', { exitCode: 2 });
  }
  return { by: name, via: 'command', reason: reason?.trim() };
}

function systemUser(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A container's user may have a number only.
    return '';
  }
}

/** @throws OperatorError `PATIENT_INVALID`, exit code 2 */
export function patientOf(text: string): number {
  const customerId = Number(text);
  if (/^-?\d{1,10}$/.test(text) && customerId >= -(2 ** 31) && customerId < 2 ** 31) return customerId;
  throw new OperatorError('PATIENT_INVALID', `--patient expects a patient's number, not ${JSON.stringify(text)}`, {
    exitCode: 2,
  });
}

/** @throws OperatorError `ATTRIBUTE_INVALID`, exit code 2 */
export function attributeOf(text: string | undefined): Attribute | undefined {
  if (text === undefined) return undefined;
  const attribute = ATTRIBUTES.find((one) => one === text);
  if (attribute) return attribute;
  const expected = ATTRIBUTES.join(' or ');
  throw new OperatorError('ATTRIBUTE_INVALID', `--attribute expects ${expected}, not ${JSON.stringify(text)}`, {
    exitCode: 2,
  });
}
