import type { Command } from 'commander';
import type { RowDataPacket } from 'mysql2/promise';
import { command, OperatorError } from '../../settings/index.ts';
import { endSilences, silence } from '../alerts/silences.ts';
import { ATTRIBUTE, eitherOr, PATIENT, type ScopeOptions, scope } from './act-scope.ts';
import { scopeOf, utc } from './describe.ts';
import {
  type ActorOptions,
  actorOf,
  attributeOf,
  type Desk,
  JSON_OPTION,
  patientOf,
  withActor,
  withDesk,
} from './desk.ts';
import { readOpenDesk } from './read-desk.ts';
import { silenceEnd } from './times.ts';

/** `silence` and `unsilence`: each leaves a row in the history. */
export function silenceCommands(): readonly Command[] {
  return [silenceCommand(), unsilenceCommand()];
}

function silenceCommand(): Command {
  const make = command('silence', 'Withholds mails about a patient until a time; critical ones go out all the same.')
    .requiredOption(...PATIENT)
    .option(...ATTRIBUTE)
    .option('--for <duration>', 'such as 30m or 2h')
    .option('--until <time>', 'such as 2026-01-05T18:00Z')
    .option('--critical', 'withholds critical mails too')
    .option(...JSON_OPTION);
  type Options = ActorOptions & ScopeOptions & { patient: string; for?: string; until?: string; critical?: boolean };
  return withActor(make, 'required').action(async (options: Options) => {
    const actor = actorOf(options);
    const wanted = {
      customerId: patientOf(options.patient),
      attribute: attributeOf(options.attribute),
      includesCritical: options.critical ?? false,
      untilMs: silenceEnd(options, Date.now()),
    };
    const made = await withDesk(async (desk) => {
      await requirePatient(desk, wanted.customerId);
      return await silence(desk.pool, desk.topic, wanted, actor);
    });
    if (options.json) return console.log(JSON.stringify(made, undefined, 2));
    console.log(`silence ${made.id}: ${scopeOf(made)}, until ${utc(made.untilMs)}, by ${actor.by}: ${actor.reason}`);
    console.log('  What it withholds is in `npm run alerts -- show`; a mail tells what is still open at its end.');
  });
}

function unsilenceCommand(): Command {
  const end = command('unsilence', 'Ends silences before their time.')
    .argument('[silence...]', 'numbers, as `list` shows them')
    .option('--patient <number>', 'all silences of a patient')
    .option(...ATTRIBUTE)
    .option(...JSON_OPTION);
  return withActor(end, 'optional').action(async (ids: string[], options: ActorOptions & ScopeOptions) => {
    const actor = actorOf(options);
    const { ended, told } = await withDesk(async (desk) => {
      const meant = await silencesMeant(desk, ids, options);
      return await endSilences(desk.pool, desk.topic, meant, actor);
    });
    if (options.json) return console.log(JSON.stringify({ ended, told }, undefined, 2));
    for (const one of ended) console.log(`silence ${one.id} has ended: ${scopeOf(one)}, by ${actor.by}`);
    if (told > 0) console.log(`  episodes under it that are still open, and told by a mail: ${told}`);
  });
}

async function silencesMeant(desk: Desk, ids: readonly string[], options: ScopeOptions): Promise<readonly string[]> {
  if ((ids.length === 0) === (options.patient === undefined)) throw eitherOr('unsilence', 'silences');
  const inForce = (await readOpenDesk(desk, Date.now())).silences.map((one) => one.silence);
  const isMeant = options.patient === undefined ? undefined : scope(options.patient, options.attribute);
  const meant = inForce.filter((one) => (isMeant ? isMeant(one) : ids.includes(one.id))).map(({ id }) => id);
  const missing = ids.filter((id) => !meant.includes(id));
  if (meant.length > 0 && missing.length === 0) return meant;
  const which = isMeant ? `of patient ${options.patient}` : missing.join(', ');
  throw new OperatorError('SILENCE_UNKNOWN', `there is no silence ${which} in force`, {
    next: '`npm run alerts -- list` shows those in force.',
  });
}

/** A silence of a patient who does not exist would withhold nothing, and nobody would notice. */
async function requirePatient({ pool }: Desk, customerId: number): Promise<void> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM patients_information WHERE customerId = ?', [
    customerId,
  ]);
  if (rows.length > 0) return;
  throw new OperatorError('PATIENT_UNKNOWN', `there is no patient ${customerId} in patients_information`, {
    next: 'Check --patient, and DATABASE_NAME.',
  });
}
