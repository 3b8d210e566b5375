import type { Finding } from './check.ts';

const MARKS = { ok: 'ok', failed: 'FAILED', 'not checked': '–' } as const;
const WIDTHS = { link: 10, from: 9, what: 18, verdict: 8 } as const;
const INDENT = ' '.repeat(WIDTHS.link + WIDTHS.from + WIDTHS.what + WIDTHS.verdict);

export const HEADING = row('LINK', 'FROM', 'CHECK', '', '');

/** One finding as the lines of a table; what to do stands below a failure. */
export function findingLines({ link, from, what, verdict, detail, next }: Finding): string[] {
  const lines = [row(link, from, what, MARKS[verdict], verdict === 'not checked' ? `not checked: ${detail}` : detail)];
  if (verdict === 'failed' && next !== undefined) lines.push(`${INDENT}→ ${next}`);
  return lines;
}

function row(link: string, from: string, what: string, mark: string, detail: string): string {
  const { link: first, from: second, what: third, verdict } = WIDTHS;
  return `${link.padEnd(first)}${from.padEnd(second)}${what.padEnd(third)}${mark.padEnd(verdict)}${detail}`.trimEnd();
}

/** The last line: how many hold. */
export function summary(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  const [failed, unchecked] = [count('failed'), count('not checked')];
  const rest = unchecked === 0 ? '' : `, ${unchecked} not checked`;
  return failed === 0
    ? `all that was checked holds (${count('ok')}${rest})`
    : `${failed} failed, ${count('ok')} hold${rest}`;
}

/** 0 all that was checked holds, 1 a link fails, 2 a setting is missing or wrong. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ exitCode }) => exitCode === 2)) return 2;
  return findings.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
}
