/** What is known of a patient's readings as a whole; milliseconds since the epoch. */
export interface PatientPresence {
  readonly customerId: number;
  /** Kafka's time of the newest reading. */
  readonly lastSeenAtMs: number;
  /** Since when the patient counts as silent; undefined for one who does not. */
  readonly silentSinceMs: number | undefined;
}

/** A change that technical staff must know of: a monitor may be off, unplugged or out of reach. */
export interface PresenceChange {
  readonly kind: 'silent' | 'returned';
  /** The patient as it is from now on. */
  readonly presence: PatientPresence;
}

/**
 * Takes readings into account.
 *
 * @param before the patient as known so far; undefined for one who was never seen
 * @param atMs Kafka's time of the newest reading
 */
export function seenAgain(
  before: PatientPresence | undefined,
  customerId: number,
  atMs: number,
): { readonly presence: PatientPresence; readonly change: PresenceChange | undefined } {
  const lastSeenAtMs = Math.max(before?.lastSeenAtMs ?? atMs, atMs);
  const presence: PatientPresence = { customerId, lastSeenAtMs, silentSinceMs: undefined };
  // An old reading that comes late says nothing about now.
  if (before?.silentSinceMs !== undefined && atMs <= before.lastSeenAtMs)
    return { presence: before, change: undefined };
  const returned = before?.silentSinceMs !== undefined;
  return { presence, change: returned ? { kind: 'returned', presence } : undefined };
}

/**
 * The patients who have fallen silent.
 *
 * @param nowMs the time of day
 * @param listeningSinceMs since when readings would have been noticed: nobody is silent while nobody listens
 * @param silentAfterMs 0 for never
 */
export function fallenSilent(
  presences: Iterable<PatientPresence>,
  { nowMs, listeningSinceMs, silentAfterMs }: { nowMs: number; listeningSinceMs: number; silentAfterMs: number },
): readonly PresenceChange[] {
  if (silentAfterMs === 0 || nowMs - listeningSinceMs < silentAfterMs) return [];
  return [...presences]
    .filter(({ lastSeenAtMs, silentSinceMs }) => silentSinceMs === undefined && nowMs - lastSeenAtMs >= silentAfterMs)
    .map((presence) => ({ kind: 'silent', presence: { ...presence, silentSinceMs: nowMs } }));
}
