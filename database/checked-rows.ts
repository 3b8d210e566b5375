import { z } from 'zod';
import type { Limit, LimitRules, Patient } from './limits-repository.ts';

/** A row that is not in force, and why; names the row and the column, and repeats no value of a patient's. */
export interface RejectedRow {
  readonly table: 'threshold_reference' | 'patients_information';
  /** The row's key. */
  readonly row: string;
  readonly reason: string;
}

interface Checked<Row> {
  readonly valid: readonly Row[];
  readonly rejected: readonly RejectedRow[];
}

/** What Spark's INT and the alerts' tables hold: one number beyond it would end the alerts of all patients. */
const integer = z.int32();
/** Likewise of texts what the alerts' tables hold; columns of a hospital's own may be longer. */
const upTo = (length: number) => (text: string) => text.slice(0, length);
/** What mails say where there is no ward. */
export const UNKNOWN_WARD = 'unknown ward';
const positive = integer.min(1).nullish();
const seconds = integer.min(0).max(2_000_000).nullish();

const limitRow = z
  .object({
    attribute: z.enum(['heartBeat', 'bp']),
    customerId: integer.nullable(),
    low_age_limit: integer,
    high_age_limit: integer,
    lower_limit: integer,
    upper_limit: integer,
    severity: z.enum(['warning', 'critical']),
    message: z.string().transform(upTo(255)),
    source: z.string().transform(upTo(40)),
    open_after: positive,
    recover_after: positive,
    repeat_interval_s: seconds,
    hold_s: seconds,
    hysteresis: integer.min(0).nullish(),
  })
  .refine((row) => row.low_age_limit <= row.high_age_limit, 'low_age_limit is above high_age_limit')
  .refine((row) => row.lower_limit <= row.upper_limit, 'lower_limit is above upper_limit')
  .refine((row) => row.lower_limit + 2 * (row.hysteresis ?? 0) <= row.upper_limit, {
    message: 'hysteresis leaves no value between the limits',
    when: ({ issues }) => issues.length === 0,
  });

// One address and nothing around it: what else stands here would become a second recipient or a header.
const address = z
  .string()
  .max(254)
  .regex(/^[^\s@,;<>"()\p{Cc}]+@[^\s@,;<>"()\p{Cc}]+$/u);

const patientRow = z.object({
  customerId: integer,
  age: integer.min(0).max(150),
});

/** They turn the direction of what is written after them, in a subject up to its end: what is wrong would be read backwards. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/gu;

// It stands in subjects, where a line break would begin a header.
const ward = z
  .string()
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u)
  .transform((text) => upTo(200)(text.replace(DIRECTION_MARKS, '')));

/**
 * Checks the rows of threshold_reference, one by one and against each other.
 *
 * @param rows in the order of their ids: of two rows whose ages overlap the earlier one stays
 */
export function checkLimits(rows: readonly unknown[]): Checked<Limit> {
  const valid: Limit[] = [];
  const rejected: RejectedRow[] = [];
  const reject = (row: unknown, reason: string) =>
    rejected.push({ table: 'threshold_reference', row: `id ${keyOf(row, 'id')}`, reason });
  for (const row of rows) {
    const { data, error } = limitRow.safeParse(row);
    if (!data) {
      reject(row, reasonOf(error));
      continue;
    }
    const limit = limitOf(data);
    if (valid.some((earlier) => overlap(earlier, limit))) reject(row, 'its ages overlap those of an earlier row');
    else valid.push(limit);
  }
  return { valid, rejected };
}

/**
 * Checks the rows of patients_information. A patient without a usable address or ward stays in force, without them: the
 * readings are judged, and without an address somebody else must be told.
 */
export function checkPatients(rows: readonly unknown[]): Checked<Patient> {
  const valid: Patient[] = [];
  const rejected: RejectedRow[] = [];
  const reject = (row: unknown, reason: string) =>
    rejected.push({ table: 'patients_information', row: `customerId ${keyOf(row, 'customerId')}`, reason });
  for (const row of rows) {
    const { data, error } = patientRow.safeParse(row);
    if (!data) {
      reject(row, reasonOf(error));
      continue;
    }
    const email = address.safeParse(fieldOf(row, 'doctor_email'));
    if (!email.success) reject(row, 'doctor_email is not one mail address');
    const place = ward.safeParse(fieldOf(row, 'ward'));
    if (!place.success) reject(row, 'ward is not one line of text');
    valid.push({ ...data, ward: place.data ?? UNKNOWN_WARD, doctorEmail: email.data ?? '' });
  }
  return { valid, rejected };
}

function limitOf(row: z.output<typeof limitRow>): Limit {
  const rules = rulesOf(row);
  return {
    attribute: row.attribute,
    customerId: row.customerId,
    lowAge: row.low_age_limit,
    highAge: row.high_age_limit,
    lower: row.lower_limit,
    upper: row.upper_limit,
    severity: row.severity,
    message: row.message,
    source: row.source,
    ...(Object.keys(rules).length > 0 ? { rules } : {}),
  };
}

function rulesOf(row: z.output<typeof limitRow>): LimitRules {
  const { open_after, recover_after, repeat_interval_s, hold_s, hysteresis } = row;
  return {
    ...(open_after == null ? {} : { openAfter: open_after }),
    ...(recover_after == null ? {} : { recoverAfter: recover_after }),
    ...(repeat_interval_s == null ? {} : { repeatIntervalMs: repeat_interval_s * 1_000 }),
    ...(hold_s == null ? {} : { holdTimeMs: hold_s * 1_000 }),
    ...(hysteresis == null ? {} : { hysteresis }),
  };
}

function overlap(one: Limit, other: Limit): boolean {
  return (
    one.attribute === other.attribute &&
    one.customerId === other.customerId &&
    one.severity === other.severity &&
    one.lowAge <= other.highAge &&
    other.lowAge <= one.highAge
  );
}

function reasonOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message, code }) => (code === 'custom' ? message : `${path.join('.')} is not valid`))
    .join(', ');
}

function fieldOf(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[name] : undefined;
}

function keyOf(row: unknown, name: string): string {
  const key = fieldOf(row, name);
  return key === undefined || key === null ? '?' : String(key);
}
