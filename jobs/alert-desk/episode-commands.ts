import type { Command } from 'commander';
import { command, OperatorError } from '../../settings/index.ts';
import { type Acknowledged, acknowledge } from '../alerts/acknowledge.ts';
import { type Closed, closeEpisode } from '../alerts/close-episode.ts';
import { ATTRIBUTE, eitherOr, type ScopeOptions, scope } from './act-scope.ts';
import { nameOf, utc } from './describe.ts';
import { type ActorOptions, actorOf, type Desk, JSON_OPTION, withActor, withDesk } from './desk.ts';
import { findEpisode, readOpenDesk } from './read-desk.ts';

/** `ack` and `close`: each leaves a row in the history. */
export function episodeCommands(): readonly Command[] {
  return [ackCommand(), closeCommand()];
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
    const outcomes = await onEach('ack', ids, options, ({ pool, topic }, episodeId) =>
      acknowledge(pool, topic, { episodeId }, actor),
    );
    if (options.json) console.log(JSON.stringify(outcomes, undefined, 2));
    else for (const outcome of outcomes) console.log(acknowledgedLine(outcome, actor.by));
    if (outcomes.some(({ result }) => result !== 'done' && result !== 'already')) {
      throw new OperatorError('NOT_ACKNOWLEDGED', 'not all of it could be acknowledged', {
        next: '`npm run alerts -- list` shows what is open.',
      });
    }
  });
}

function closeCommand(): Command {
  const close = command('close', 'Ends episodes that no reading will end: of a patient who has left.')
    .argument('[episode...]', 'ids, or the first characters of them')
    .option('--patient <number>', 'all pending and open episodes of a patient')
    .option(...ATTRIBUTE)
    .option(...JSON_OPTION);
  return withActor(close, 'required').action(async (ids: string[], options: ActorOptions & ScopeOptions) => {
    const actor = actorOf(options);
    const outcomes = await onEach('close', ids, options, ({ pool, topic }, episodeId) =>
      closeEpisode(pool, topic, episodeId, actor),
    );
    if (options.json) return console.log(JSON.stringify(outcomes, undefined, 2));
    for (const outcome of outcomes) console.log(closedLine(outcome, actor.by));
    console.log('  No mail tells of it. Readings out of limits that come later begin another episode.');
  });
}

type EpisodeAct = 'ack' | 'close';

/** Acts on one episode after the other; what was done stays, whatever becomes of the next. */
async function onEach<Outcome>(
  act: EpisodeAct,
  ids: readonly string[],
  options: ScopeOptions,
  actOn: (desk: Desk, episodeId: string) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  return await withDesk(async (desk) => {
    const outcomes: Outcome[] = [];
    for (const episodeId of await episodesMeant(desk, act, ids, options)) outcomes.push(await actOn(desk, episodeId));
    return outcomes;
  });
}

async function episodesMeant(
  desk: Desk,
  act: EpisodeAct,
  ids: readonly string[],
  options: ScopeOptions,
): Promise<readonly string[]> {
  if ((ids.length === 0) === (options.patient === undefined)) throw eitherOr(act, 'episodes');
  if (options.patient === undefined) {
    const found: string[] = [];
    for (const id of ids) found.push((await findEpisode(desk, id)).id);
    return [...new Set(found)];
  }
  const isMeant = scope(options.patient, options.attribute);
  const { episodes } = await readOpenDesk(desk, Date.now());
  const meant = episodes
    .map(({ episode }) => episode)
    .filter((episode) => (episode.phase === 'open' || act === 'close') && isMeant(episode));
  if (meant.length > 0) return meant.map(({ id }) => id);
  const open = act === 'close' ? '' : ' open';
  throw new OperatorError('NOTHING_OPEN', `patient ${options.patient} has no such${open} episode`, {
    next: '`npm run alerts -- list` shows what is open.',
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

function closedLine(outcome: Closed, by: string): string {
  if (outcome.result === 'unknown') return 'gone: the episode is not there any more';
  const name = nameOf(outcome.episode);
  if (outcome.result === 'done') return `closed  ${name} (${outcome.episode.severity}), by ${by}`;
  return `ended before  ${name}, ${utc(outcome.episode.endedAtMs ?? 0)}`;
}
