import type { AlertSettings } from '../../settings/index.ts';
import type { Limit, Severity } from './limits.ts';

/** When an episode opens, is told again, and ends. */
export type EpisodeRules = Pick<
  AlertSettings,
  'openAfter' | 'recoverAfter' | 'repeatIntervalMs' | 'holdTimeMs' | 'silentAfterMs'
>;

/**
 * The rules for an episode of a severity: those of the threshold row of that severity, else of the first row; what no row
 * says is as the settings say.
 *
 * @param limits the rows that apply to the patient and the attribute
 */
export function rulesFor(limits: readonly Limit[], severity: Severity, settings: EpisodeRules): EpisodeRules {
  const row = limits.find((limit) => limit.severity === severity) ?? limits[0];
  const { openAfter, recoverAfter, repeatIntervalMs, holdTimeMs } = row?.rules ?? {};
  return {
    openAfter: openAfter ?? settings.openAfter,
    recoverAfter: recoverAfter ?? settings.recoverAfter,
    repeatIntervalMs: repeatIntervalMs ?? settings.repeatIntervalMs,
    holdTimeMs: holdTimeMs ?? settings.holdTimeMs,
    silentAfterMs: settings.silentAfterMs,
  };
}
