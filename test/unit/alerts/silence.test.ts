import { expect } from 'chai';
import { fallenSilent, type PatientPresence, seenAgain } from '../../../jobs/alerts/silence.ts';

const MINUTE = 60_000;
const present = (customerId: number, lastSeenAtMs: number): PatientPresence => {
  return { customerId, lastSeenAtMs, silentSinceMs: undefined };
};

describe('silence', () => {
  const watch = (nowMs: number, presences: readonly PatientPresence[], overrides = {}) =>
    fallenSilent(presences, { nowMs, listeningSinceMs: 0, silentAfterMs: 5 * MINUTE, ...overrides });

  it('is what silentAfter passes without a reading, and is raised once', () => {
    const patients = [present(1, 60 * MINUTE), present(2, 60 * MINUTE + 1)];
    expect(watch(65 * MINUTE - 1, patients)).to.deep.equal([]);
    const changes = watch(65 * MINUTE, patients);
    expect(changes).to.deep.equal([
      { kind: 'silent', presence: { customerId: 1, lastSeenAtMs: 60 * MINUTE, silentSinceMs: 65 * MINUTE } },
    ]);
    expect(
      watch(
        90 * MINUTE,
        changes.map(({ presence }) => presence),
      ),
    ).to.deep.equal([]);
  });

  it('is never raised when silentAfter is 0', () => {
    expect(watch(99 * MINUTE, [present(1, 0)], { silentAfterMs: 0 })).to.deep.equal([]);
  });

  it('is nobody who could not be heard: a driver that has just begun to listen waits first', () => {
    const listening = { listeningSinceMs: 60 * MINUTE };
    expect(watch(64 * MINUTE, [present(1, 0)], listening)).to.deep.equal([]);
    expect(watch(65 * MINUTE, [present(1, 0)], listening)).to.have.length(1);
  });

  it('ends with the next reading, which is told; a patient seen for the first time is nothing to tell', () => {
    const silent = { customerId: 1, lastSeenAtMs: 60 * MINUTE, silentSinceMs: 65 * MINUTE };
    const { presence, change } = seenAgain(silent, 1, 70 * MINUTE);
    expect(presence).to.deep.equal(present(1, 70 * MINUTE));
    expect(change).to.deep.equal({ kind: 'returned', presence });
    expect(seenAgain(undefined, 1, 5)).to.deep.equal({ presence: present(1, 5), change: undefined });
    expect(seenAgain(present(1, 3), 1, 5)).to.deep.equal({ presence: present(1, 5), change: undefined });
  });

  it('does not end with a reading that is older than what was seen: a replay, or a clock that went back', () => {
    const silent = { customerId: 1, lastSeenAtMs: 60 * MINUTE, silentSinceMs: 65 * MINUTE };
    expect(seenAgain(silent, 1, 59 * MINUTE)).to.deep.equal({ presence: silent, change: undefined });
    expect(seenAgain(present(1, 60 * MINUTE), 1, 59 * MINUTE).presence).to.deep.equal(present(1, 60 * MINUTE));
  });
});
