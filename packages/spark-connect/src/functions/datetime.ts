/**
 * Dates, times and intervals.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName, ColumnOrValue } from './column.ts';
import { column, define, optional, value } from './define.ts';

/** Years, months, weeks, days, hours, minutes and seconds. */
const intervalFields = [
  optional(column, 0),
  optional(column, 0),
  optional(column, 0),
  optional(column, 0),
  optional(column, 0),
  optional(column, 0),
  optional(column),
] as const;

// Date and Timestamp Functions
export const addMonths = define('add_months', column, column);
export const curdate = define('curdate');
export const currentDate = define('current_date');
export const currentTime = define('current_time', optional(value));
export const currentTimestamp = define('current_timestamp');
export const currentTimezone = define('current_timezone');
export const dateAdd = define('date_add', column, column);
export const dateDiff = define('date_diff', column, column);
export const dateFormat = define('date_format', column, value);
export const dateFromUnixDate = define('date_from_unix_date', column);
export const datePart = define('date_part', value, column);
export const dateSub = define('date_sub', column, column);
export const dateTrunc = define('date_trunc', value, column);
export const dateadd = define('dateadd', column, column);
export const datediff = define('datediff', column, column);
export const datepart = define('datepart', value, column);
export const day = define('day', column);
export const dayname = define('dayname', column);
export const dayofmonth = define('dayofmonth', column);
export const dayofweek = define('dayofweek', column);
export const dayofyear = define('dayofyear', column);
export const extract = define('extract', value, column);
export const fromUnixtime = define('from_unixtime', column, optional(value));
export const fromUtcTimestamp = define('from_utc_timestamp', column, value);
export const hour = define('hour', column);
export const lastDay = define('last_day', column);
export const localtimestamp = define('localtimestamp');
export const makeDate = define('make_date', column, column, column);
export const makeDtInterval = define(
  'make_dt_interval',
  optional(column, 0),
  optional(column, 0),
  optional(column, 0),
  optional(column),
);
export const makeInterval = define('make_interval', ...intervalFields);
export const makeTime = define('make_time', column, column, column);
export const makeTimestamp = define(
  'make_timestamp',
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
);
export const makeTimestampLtz = define(
  'make_timestamp_ltz',
  column,
  column,
  column,
  column,
  column,
  column,
  optional(column),
);
export const makeTimestampNtz = define(
  'make_timestamp_ntz',
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
);
export const makeYmInterval = define('make_ym_interval', optional(column, 0), optional(column));
export const minute = define('minute', column);
export const month = define('month', column);
export const monthname = define('monthname', column);
export const monthsBetween = define('months_between', column, column, optional(value));
export const nextDay = define('next_day', column, value);
export const now = define('now');
export const quarter = define('quarter', column);
export const second = define('second', column);
export const sessionWindow = define('session_window', column, value);
export const timestampAdd = define('timestampadd', value, column, column);
export const timestampDiff = define('timestampdiff', value, column, column);
export const timestampMicros = define('timestamp_micros', column);
export const timestampMillis = define('timestamp_millis', column);
export const timestampSeconds = define('timestamp_seconds', column);
export const timeDiff = define('time_diff', column, column, column);
export const timeTrunc = define('time_trunc', column, column);
export const toDate = define('to_date', column, optional(value));
export const toTime = define('to_time', column, optional(column));
export const toTimestamp = define('to_timestamp', column, optional(value));
export const toTimestampLtz = define('to_timestamp_ltz', column, optional(column));
export const toTimestampNtz = define('to_timestamp_ntz', column, optional(column));
export const toUnixTimestamp = define('to_unix_timestamp', column, optional(column));
export const toUtcTimestamp = define('to_utc_timestamp', column, value);
export const trunc = define('trunc', column, value);
export const tryMakeInterval = define('try_make_interval', ...intervalFields);
export const tryMakeTimestamp = define(
  'try_make_timestamp',
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
);
export const tryMakeTimestampLtz = define(
  'try_make_timestamp_ltz',
  column,
  column,
  column,
  column,
  column,
  column,
  optional(column),
);
export const tryMakeTimestampNtz = define(
  'try_make_timestamp_ntz',
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
  optional(column),
);
export const tryToTime = define('try_to_time', column, optional(column));
export const tryToTimestamp = define('try_to_timestamp', column, optional(column));
export const tryToDate = define('try_to_date', column, optional(value));
export const unixDate = define('unix_date', column);
export const unixMicros = define('unix_micros', column);
export const unixMillis = define('unix_millis', column);
export const unixSeconds = define('unix_seconds', column);
export const unixTimestamp = define('unix_timestamp', optional(column), optional(value));
export const weekday = define('weekday', column);
export const weekofyear = define('weekofyear', column);
export const windowTime = define('window_time', column);
export const year = define('year', column);

const betweenTimezones = define('convert_timezone', value, value, column);
const fromSessionTimezone = define('convert_timezone', value, column);

/**
 * What clocks in another time zone show, as a timestamp without a time zone.
 *
 * @param sourceTz the time zone of `sourceTs`; null or undefined: the session's
 */
export function convertTimezone(
  sourceTz: ColumnOrValue | undefined,
  targetTz: ColumnOrValue,
  sourceTs: ColumnOrName,
): Column {
  if (sourceTz === undefined || sourceTz === null) return fromSessionTimezone(targetTz, sourceTs);
  return betweenTimezones(sourceTz, targetTz, sourceTs);
}

/**
 * Puts times into windows: `{ start, end }` structs, used to group by.
 *
 * @param duration how long a window is, e.g. `'10 minutes'`
 * @param slide how far apart windows begin (default: `duration`, so that they do not overlap)
 * @param start where the first begins, counted from 1970-01-01 00:00 UTC
 */
export function window(time: ColumnOrName, duration: string, slide?: string, start?: string): Column {
  return start === undefined ? timeWindow(time, duration, slide) : timeWindow(time, duration, slide ?? duration, start);
}
const timeWindow = define('window', column, value, optional(value), optional(value));
