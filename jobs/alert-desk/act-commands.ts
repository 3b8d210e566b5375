import type { Command } from 'commander';
import type { RowDataPacket } from 'mysql2/promise';
import { command, OperatorError } from '../../settings/index.ts';
import { type Acknowledged, acknowledge } from '../alerts/acknowledge.ts';
import { endSilences, silence } from '../alerts/silences.ts';
import { nameOf, scopeOf, utc } from './describe.ts';
import { type ActorOptions, actorOf, attributeOf, type Desk, patientOf, withActor, withDesk } from './desk.ts';
import { findEpisode, readOpenDesk } from './read-desk.ts';
import { silenceEnd } from './times.ts';

interface ScopeOptions {
  readonly patient?: string;
  readonly attribute?: string;
  readonly json?: boolean;
}

const PATIENT = ['--patient <number>', 'the patient'] as const;
const ATTRIBUTE = ['--attribute <name>', 'heartBeat or bp; otherwise both'] as const;
const JSON_OPTION = ['--json', 'one JSON object'] as const;

/** `ack`, `silence` and `unsilence`: each leaves a row in the history. */
export function actCommands(): readonly Command[] {
  return [ackCommand(), silenceCommand(), unsilenceCommand()];
}

function ackCommand(): Command {
  const ack = command(
    'ack',
    'Acknowledges episodes: no reminders, until one escalates, has ended, or is out after a long pause without readings.',
  )
    .argument('[episode...]', 'ids, or the first characters of them')
    .option('--patient <number>', 'all open episodes of a patient')
    .option(...ATTRIBUTE)
    .option(...JSON_OPTION);
  return withActor(ack, 'optional').action(async (ids: string[], options: ActorOptions & ScopeOptions) => {
    const actor = actorOf(options);
    const outcomes = await withDesk(async (desk) => {
      const done: Acknowledged[] = [];
      for (const episodeId of await episodesMeant(desk, ids, options)) {
        done.push(await acknowledge(desk.pool, desk.topic, { episodeId }, actor));
      }
      return done;
    });
    if (options.json) console.log(JSON.stringify(outcomes, undefined, 2));
    else for (const outcome of outcomes) console.log(acknowledgedLine(outcome, actor.by));
    if (outcomes.some(({ result }) => result !== 'done' && result !== 'already')) {
      throw new OperatorError('NOT_ACKNOWLEDGED', 'not all of it could be acknowledged', {
        next: '`npm run alerts -- list` shows what is open.',
      });
    }
  });
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

async function episodesMeant(desk: Desk, ids: readonly string[], options: ScopeOptions): Promise<readonly string[]> {
  if ((ids.length === 0) === (options.patient === undefined)) throw eitherOr('ack', 'episodes');
  if (options.patient === undefined) {
    const found: string[] = [];
    for (const id of ids) found.push((await findEpisode(desk, id)).id);
    return [...new Set(found)];
  }
  const isMeant = scope(options.patient, options.attribute);
  const { episodes } = await readOpenDesk(desk, Date.now());
  const meant = episodes
    .map(({ episode }) => episode)
    .filter((episode) => episode.phase === 'open' && isMeant(episode));
  if (meant.length > 0) return meant.map(({ id }) => id);
  throw new OperatorError('NOTHING_OPEN', `patient ${options.patient} has no such open episode`, {
    next: '`npm run alerts -- list` shows what is open.',
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

/** Those of the patient, and of the attribute where one is named. */
function scope(patient: string, attribute: string | undefined) {
  const customerId = patientOf(patient);
  const only = attributeOf(attribute);
  return (one: { readonly customerId: number; readonly attribute: string | undefined }) =>
    one.customerId === customerId && (only === undefined || one.attribute === only);
}

function eitherOr(name: string, what: string): OperatorError {
  return new OperatorError('USAGE', `${name} expects either ${what} or --patient`, {
    exitCode: 2,
    next: `\`npm run alerts -- ${name} --help\` shows the usage.`,
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

function acknowledgedLine(outcome: Acknowledged, by: string): string {
  if (outcome.result === 'unknown') return 'gone: the episode is not there any more';
  const name = nameOf(outcome.episode);
  const { severity, acknowledgedAtMs } = outcome.episode;
  if (outcome.result === 'done') return `acknowledged  ${name} (${severity}), by ${by}`;
  if (outcome.result === 'already') return `acknowledged before  ${name}, ${utc(acknowledgedAtMs ?? 0)}`;
  return `not acknowledged  ${name}: it is ${outcome.episode.phase}, not open`;
}
