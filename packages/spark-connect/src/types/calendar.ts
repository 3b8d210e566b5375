/** Days since 1970-01-01 and civil dates, in the proleptic Gregorian calendar and for any year that Spark stores. */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
}

const DAYS_PER_CYCLE = 146_097; // 400 years
const DAYS_TO_1970 = 719_468; // from 0000-03-01, where the year of this reckoning starts

export function toEpochDay(year: number, month: number, day: number): number {
  const shiftedYear = month > 2 ? year : year - 1;
  const cycle = Math.floor(shiftedYear / 400);
  const yearOfCycle = shiftedYear - cycle * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * DAYS_PER_CYCLE + dayOfCycle - DAYS_TO_1970;
}

export function fromEpochDay(epochDay: number): CivilDate {
  const shifted = epochDay + DAYS_TO_1970;
  const cycle = Math.floor(shifted / DAYS_PER_CYCLE);
  const dayOfCycle = shifted - cycle * DAYS_PER_CYCLE;
  const leapDays =
    Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / (DAYS_PER_CYCLE - 1));
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
  const dayOfYear = dayOfCycle - (yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** `2026-02-03`; years beyond four digits carry a sign, as in ISO 8601. */
export function formatDate(epochDay: number): string {
  const { year, month, day } = fromEpochDay(epochDay);
  return `${formatYear(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** The epoch day of `2026-02-03`; undefined where there is no such day. */
export function parseDate(text: string): number | undefined {
  const match = /^([+-]?\d{4,7})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const epochDay = toEpochDay(year, month, day);
  const back = fromEpochDay(epochDay);
  return back.year === year && back.month === month && back.day === day ? epochDay : undefined;
}

const NANOS_PER_SECOND = 1_000_000_000;

/** `23:59:59.000001`: the fraction without zeros at its end, none where it is zero. */
export function formatTime(nanoOfDay: number): string {
  const seconds = Math.floor(nanoOfDay / NANOS_PER_SECOND);
  const fraction = pad(nanoOfDay % NANOS_PER_SECOND, 9).replace(/0+$/, '');
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((n) => pad(n, 2))
    .join(':');
  return fraction === '' ? time : `${time}.${fraction}`;
}

/** The nanosecond of the day of `23:59[:59[.999999999]]`; undefined where there is no such time. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/.exec(text);
  if (!match) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return (hour * 3600 + minute * 60 + second) * NANOS_PER_SECOND + Number((match[4] ?? '').padEnd(9, '0'));
}

const MICROS_PER_DAY = 86_400_000_000n;

/** `2026-02-03T04:05:06.000007`, without a zone. */
export function formatDateTime(epochMicros: bigint): string {
  const microOfDay = ((epochMicros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const epochDay = Number((epochMicros - microOfDay) / MICROS_PER_DAY);
  const time = formatTime(Number(microOfDay) * 1000);
  return `${formatDate(epochDay)}T${time}`;
}

/** Microseconds of `2026-02-03[T04:05[:06.000007]]` without a zone; undefined where it is none or finer than that. */
export function parseDateTime(text: string): bigint | undefined {
  const [, date = '', time] = /^(\S+?)(?:[T ](\S+))?$/.exec(text) ?? [];
  const epochDay = parseDate(date);
  const nanoOfDay = time === undefined ? 0 : parseTime(time);
  if (epochDay === undefined || nanoOfDay === undefined || nanoOfDay % 1000 !== 0) return undefined;
  return BigInt(epochDay) * MICROS_PER_DAY + BigInt(nanoOfDay / 1000);
}

function formatYear(year: number): string {
  if (year < 0) return `-${pad(-year, 4)}`;
  return year > 9999 ? `+${year}` : pad(year, 4);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
