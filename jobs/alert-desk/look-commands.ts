import type { Command } from 'commander';
import { command } from '../../settings/index.ts';
import { actLine, endedLine, episodeLines, shownLines, silenceLine, utc } from './describe.ts';
import { JSON_OPTION, patientOf, withDesk } from './desk.ts';
import { HISTORY_LIMIT, readEpisode, readHistory, readOpenDesk } from './read-desk.ts';
import { parseSince } from './times.ts';

/** `list`, `show` and `history`: they change nothing. */
export function lookCommands(): readonly Command[] {
  return [listCommand(), showCommand(), historyCommand()];
}

function listCommand(): Command {
  return command('list', 'Episodes that are pending or open, the oldest first, and silences in force.')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: boolean }) => {
      const { episodes, silences } = await withDesk((desk) => readOpenDesk(desk, Date.now()));
      if (json) return printJson({ episodes, silences });
      console.log(
        `${counted(episodes.length, 'episode')} pending or open, ${counted(silences.length, 'silence')} in force`,
      );
      for (const line of episodeLines(episodes)) console.log(line);
      for (const silence of silences) console.log(silenceLine(silence));
    });
}

function showCommand(): Command {
  return command('show', 'One episode: its readings, notifications and mails, and what was done.')
    .argument('<episode>', 'its id, or the first characters of it')
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: { json?: boolean }) => {
      const shown = await withDesk((desk) => readEpisode(desk, id, Date.now()));
      if (json) return printJson(shown);
      for (const line of shownLines(shown)) console.log(line);
    });
}

function historyCommand(): Command {
  return command('history', 'Episodes that have ended, and what was done by whom.')
    .option('--patient <number>', 'of one patient only')
    .option('--since <time>', 'a duration such as 24h, or a time such as 2026-01-05T18:00Z', '7d')
    .option(...JSON_OPTION)
    .action(async ({ patient, since, json }: { patient?: string; since: string; json?: boolean }) => {
      const sinceMs = parseSince(since, Date.now());
      const of = patient === undefined ? undefined : patientOf(patient);
      const { episodes, acts } = await withDesk((desk) => readHistory(desk, { sinceMs, patient: of }));
      if (json) return printJson({ episodes, acts });
      console.log(`since ${utc(sinceMs)}: ${counted(episodes.length, 'episode')} ended`);
      if (episodes.length === HISTORY_LIMIT)
        console.log(`(the newest ${HISTORY_LIMIT}; --since and --patient narrow it)`);
      for (const episode of episodes) {
        console.log(endedLine(episode));
        for (const act of acts.filter(({ episodeId }) => episodeId === episode.id)) console.log(`  ${actLine(act)}`);
      }
      const ended = new Set(episodes.map(({ id }) => id));
      const others = acts.filter(({ episodeId }) => episodeId === null || !ended.has(episodeId));
      if (others.length > 0) console.log('done besides, to silences and to episodes that have not ended');
      for (const act of others)
        console.log(`  ${actLine(act)}${act.episodeId === null ? '' : ` (${act.episodeId.slice(0, 8)})`}`);
    });
}

function printJson(value: object): void {
  console.log(JSON.stringify(value, undefined, 2));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
