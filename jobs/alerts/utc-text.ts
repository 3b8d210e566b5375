/** The database's text for a UTC time: `2026-01-05 08:00:00.000`. */
export function utcText(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 23).replace('T', ' ');
}

/** Milliseconds since the epoch of the database's text for a UTC time. */
export function timeOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
