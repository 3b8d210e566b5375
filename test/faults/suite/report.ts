import { median } from '../../../scripts/bench/statistics.ts';
import { type Table, tableText } from '../../../scripts/bench/table.ts';
import type { RunResult } from './run.ts';
import { describeFaults } from './schedule.ts';

/** What is promised of each run, and what all of them together came to. */
export function reportText(seed: number, results: readonly RunResult[]): string {
  return [tableText(runsTable(seed, results)), tableText(kindsTable(results)), ...summaryLines(results)].join('\n\n');
}

/** One line, right after a run. */
export function runLine({ tally, rows, doubledMails, recoveryMs, tookMs, breaches }: RunResult): string {
  const recovered = recoveryMs === undefined ? 'never flowed again' : `flowed again after ${seconds(recoveryMs)}`;
  const { lost, doubled, episodesMissed, episodesDoubled, mailsLost } = tally;
  const verdict = breaches.length === 0 ? '✓' : '✗';
  return `${verdict} ${rows} rows, lost ${lost}, doubled ${doubled}, episodes missed ${episodesMissed}, doubled ${episodesDoubled}, mails lost ${mailsLost}, doubled ${doubledMails}; ${recovered}; ${seconds(tookMs)} in all`;
}

function runsTable(seed: number, results: readonly RunResult[]): Table {
  const row = ({ plan, rows, tally, doubledMails, recoveryMs, tookMs, starts }: RunResult) => [
    String(plan.run),
    describeFaults(plan),
    ...[rows, tally.lost, tally.doubled, tally.episodesMissed, tally.episodesDoubled].map(String),
    ...[tally.mailsLost, doubledMails].map(String),
    recoveryMs === undefined ? 'never' : seconds(recoveryMs),
    seconds(tookMs),
    `${starts.producer}/${starts.driver}`,
  ];
  const total = (of: (result: RunResult) => number) => String(results.reduce((sum, result) => sum + of(result), 0));
  const recoveries = recoveriesOf(results);
  return {
    title: `Faults, seed ${seed}`,
    columns: [
      'run',
      'faults',
      'rows',
      'lost',
      'doubled',
      'ep missed',
      'ep doubled',
      'mails lost',
      'mails doubled',
      'recovery',
      'took',
      'starts P/D',
    ],
    rows: [
      ...results.map(row),
      [
        'all',
        `${total(({ plan }) => plan.faults.length)} faults`,
        total(({ rows }) => rows),
        total(({ tally }) => tally.lost),
        total(({ tally }) => tally.doubled),
        total(({ tally }) => tally.episodesMissed),
        total(({ tally }) => tally.episodesDoubled),
        total(({ tally }) => tally.mailsLost),
        total(({ doubledMails }) => doubledMails),
        recoveries.length === 0 ? '–' : `median ${seconds(median(recoveries))}`,
        `mean ${seconds(results.reduce((sum, { tookMs }) => sum + tookMs, 0) / Math.max(1, results.length))}`,
        '',
      ],
    ],
  };
}

/** Recovery by kind; a run with several faults counts for each of them. */
function kindsTable(results: readonly RunResult[]): Table {
  const kinds = [...new Set(results.flatMap(({ plan }) => plan.faults.map(({ kind }) => kind.name)))].sort();
  return {
    title: 'Recovery by fault (a run with several counts for each)',
    columns: ['fault', 'times', 'median', 'longest'],
    rows: kinds.map((name) => {
      const concerned = results.filter(({ plan }) => plan.faults.some(({ kind }) => kind.name === name));
      const recoveries = recoveriesOf(concerned);
      const figures = recoveries.length === 0 ? ['–', '–'] : [median(recoveries), Math.max(...recoveries)].map(seconds);
      return [name, String(concerned.length), ...figures];
    }),
  };
}

function summaryLines(results: readonly RunResult[]): readonly string[] {
  const broken = results.filter(({ breaches }) => breaches.length > 0);
  if (broken.length === 0) return [`All promises held in ${results.length} runs.`];
  return [
    `${broken.length} of ${results.length} runs broke promises: ${broken.map(({ plan }) => plan.run).join(', ')}`,
  ];
}

function recoveriesOf(results: readonly RunResult[]): readonly number[] {
  return results.flatMap(({ recoveryMs }) => recoveryMs ?? []);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
