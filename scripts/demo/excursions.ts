import type { Limit, Patient } from '../../database/index.ts';
import { judge, type Reading } from '../../jobs/alerts/limits.ts';

/** Readings of one patient, attribute and direction as letters, x for out of limits: an excursion lasts until three are not. */
const EXCURSION = /x(?:\.{0,2}x)*(\.{3})?/g;

/** One patient, attribute and direction out of limits, as the rows or the mails tell it. */
export interface Excursion {
  readonly customerId: number;
  readonly attribute: string;
  readonly direction: string;
  /** Readings out of limits. */
  readonly readings: number;
}

/**
 * Works out by the limits and one pattern what goes out of limits, without Spark and without the episodes' own code.
 *
 * @param readings those of each patient in their order
 */
export function excursionsOf(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
  const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
  const letters = new Map<string, string>();
  let outOfLimits = 0;
  for (const reading of readings) {
    const { breaches } = judge(reading, limits, (id) => ages.get(id));
    outOfLimits += breaches.length;
    for (const attribute of ['heartBeat', 'bp']) {
      for (const direction of ['low', 'high']) {
        const isOut = breaches.some((breach) => breach.attribute === attribute && breach.direction === direction);
        const name = attribute === 'bp' ? 'Blood pressure' : 'Heart beat';
        const kind = JSON.stringify([reading.customerId, name, direction]);
        letters.set(kind, (letters.get(kind) ?? '') + (isOut ? 'x' : '.'));
      }
    }
  }
  const excursions = [...letters].flatMap(([kind, line]) => {
    const [customerId, attribute, direction] = JSON.parse(kind) as [number, string, string];
    return [...line.matchAll(EXCURSION)].map(([text, ending]) => {
      return {
        customerId,
        attribute,
        direction,
        readings: text.replaceAll('.', '').length,
        ended: ending !== undefined,
      };
    });
  });
  return { excursions, outOfLimits };
}

/** What a mail says of one episode. */
export interface ToldExcursion extends Excursion {
  readonly begins: boolean;
  readonly ends: boolean;
}

/** What a mail says of each episode that it tells of. */
export function toldExcursions(text: string): readonly ToldExcursion[] {
  const found = text.matchAll(
    /^(?:CRITICAL: )?(Heart beat|Blood pressure) (.+)\n\n(?:.+\n)*?Patient: +(\d+)\nStatus: +(.+)\n(?:.+\n)*?Readings out of range: +(\d+)/gm,
  );
  const sections = [...found].map(([, attribute = '', headline = '', patient, status = '', readings]) => ({
    customerId: Number(patient),
    attribute,
    direction: /too (low|high)/.exec(`${headline} ${status}`)?.[1] ?? '',
    readings: Number(readings),
    begins: /^(?:New|Began)/.test(status),
    ends: /range, was/.test(status),
  }));
  if (sections.length === 0) throw new Error(`a mail that tells no alert: ${text.slice(0, 80)}`);
  return sections;
}

export function kindOf({ customerId, attribute, direction }: Excursion): string {
  return `${customerId} ${attribute} ${direction}`;
}

export function lengthOf(excursion: Excursion): string {
  return `${kindOf(excursion)} ${excursion.readings}`;
}
