import type { Target } from './bench.ts';

/** A table of texts; the first column is aligned left, the others right. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function tableText({ title, columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const text = (line: readonly string[]) =>
    line
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [title, ...lines.map((line) => `  ${text(line)}`)].join('\n');
}

export function targetLine({ what, limit, measured, met }: Target): string {
  return `  ${met ? '✓' : '✗'} ${what}: ${measured} (target ${limit})`;
}

/** Whole milliseconds from 10 on, one digit behind the point below. */
export function ms(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

export function ratio(ours: number, theirs: number): string {
  return `${(ours / theirs).toFixed(2)}×`;
}

/** 61234 → `61,234` */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
