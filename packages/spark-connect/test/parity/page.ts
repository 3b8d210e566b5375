/** Compares PySpark's names with ours, and writes the comparison down for people. */
import type { Area } from './areas.ts';
import type { PySparkNames } from './walk.ts';

export interface Comparison {
  readonly area: string;
  /** [PySpark's name, ours] */
  readonly have: readonly (readonly [string, string])[];
  /** [PySpark's name, the reason] */
  readonly without: readonly (readonly [string, string])[];
  readonly missing: readonly string[];
}

/** `approx_count_distinct` → `approxCountDistinct`; constants stay. */
export function camelCase(name: string): string {
  return name === name.toUpperCase() ? name : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function compare({ areas: theirs }: PySparkNames, ours: Readonly<Record<string, Area>>): Comparison[] {
  return Object.entries(theirs).map(([area, names]) => {
    const { ours: members, renamed = {}, without = {} } = ours[area] ?? { ours: [] };
    const known = new Set(members);
    const found = names
      .map((name) => [name, renamed[name] ?? camelCase(name)] as const)
      .filter(([name, here]) => known.has(here) && !Object.hasOwn(without, name));
    const have = new Set(found.map(([name]) => name));
    return {
      area,
      have: found,
      without: Object.entries(without).filter(([name]) => names.includes(name)),
      missing: names.filter((name) => !have.has(name) && !Object.hasOwn(without, name)),
    };
  });
}

/** Entries of our tables for names that PySpark does not have: left over from a version that had them. */
export function leftOver({ areas: theirs }: PySparkNames, ours: Readonly<Record<string, Area>>): string[] {
  return Object.entries(ours).flatMap(([area, { renamed = {}, without = {} }]) =>
    [...Object.keys(renamed), ...Object.keys(without)]
      .filter((name) => !theirs[area]?.includes(name))
      .map((name) => `${area}.${name}`),
  );
}

export function renderPage(version: string, comparisons: readonly Comparison[]): string {
  const total = (count: (each: Comparison) => number) => comparisons.reduce((sum, each) => sum + count(each), 0);
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    `# Parity with PySpark ${version}`,
    '',
    'For people who know PySpark and wonder what `@instant-health/spark-connect` has of it. A test walks the public names of the installed',
    'PySpark and writes this page; it fails when the page is not current (`packages/spark-connect/test/integration/parity.test.ts`).',
    '',
    'Names are in camel case here (`approx_count_distinct` is `approxCountDistinct`); other differences are told. Have means that the name',
    'is there and does the same; where Python has keyword arguments there is an options object. What each function sends, and',
    'what hundreds of other calls send, is compared with what PySpark sends, by other tests, which say where it differs on purpose',
    "(`test/parity/calls`). Avro and Protobuf functions are only compared: the tests' servers lack those packages.",
    '',
    row(['Area', 'Have', 'Not applicable', 'Missing']),
    row(['---', '---:', '---:', '---:']),
    ...comparisons.map(({ area, have, without, missing }) =>
      row([`[${area}](#${anchor(area)})`, have.length, without.length, missing.length]),
    ),
    row([
      'all',
      total(({ have }) => have.length),
      total(({ without }) => without.length),
      total(({ missing }) => missing.length),
    ]),
    '',
    ...comparisons.flatMap(section),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function section({ area, have, without, missing }: Comparison): string[] {
  const lines = [`## ${area}`, ''];
  if (missing.length > 0) lines.push(`Missing: ${missing.map(code).join(', ')}.`, '');
  if (have.length > 0) lines.push(`Have: ${have.map(([name, ours]) => told(name, ours)).join(', ')}.`, '');
  const reasons = new Map<string, string[]>();
  for (const [name, reason] of without) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  for (const [reason, names] of reasons) lines.push(`Not applicable, ${reason}: ${names.map(code).join(', ')}.`, '');
  return lines;
}

function told(name: string, ours: string): string {
  return ours === camelCase(name) ? code(ours) : `${code(ours)} (for ${code(name)})`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** As GitHub makes anchors of headings. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll('.', '');
}
