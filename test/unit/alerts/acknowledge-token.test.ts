import { expect } from 'chai';
import fc from 'fast-check';
import { signToken, verifyToken } from '../../../jobs/alerts/acknowledge-token.ts';
import { Secret } from '../../../settings/index.ts';

const SECRET = new Secret('a secret of the tests, longer than 32 bytes');
const NOW = Date.UTC(2026, 0, 5, 8);
const ROW = { outboxId: '9007199254740993', episodeId: '0123456789abcdef0123456789abcdef' };

describe('the token of a link', () => {
  const token = signToken(ROW, NOW + 60_000, SECRET);

  it('leads back to its notification until it expires, and to no other episode', () => {
    const verdict = verifyToken(token, NOW + 59_999, SECRET);
    expect(verdict).to.include({ verdict: 'good', outboxId: ROW.outboxId });
    if (verdict.verdict !== 'good') throw new Error('unreachable');
    expect(verdict.matches(ROW.episodeId)).to.equal(true);
    expect(verdict.matches('fedcba9876543210fedcba9876543210')).to.equal(false);
    expect(verifyToken(token, NOW + 60_000, SECRET)).to.deep.equal({ verdict: 'expired' });
  });

  it('is fit for a URL and holds neither the episode nor the secret in readable form', () => {
    expect(token).to.match(/^[A-Za-z0-9_-]{87}$/);
    expect(Buffer.from(token, 'base64url').toString('hex')).to.not.contain(ROW.episodeId);
  });

  it('is forged when another secret signed it, also once it has expired', () => {
    const other = signToken(ROW, NOW - 60_000, new Secret('another secret of the tests, of 40 bytes'));
    expect(verifyToken(other, NOW, SECRET)).to.deep.equal({ verdict: 'forged' });
  });

  it('is forged when any character is changed, left out or added', () => {
    const anyCharacter = fc.constantFrom(...'ABCDXYZabcdxyz0189-_.~%= ');
    const property = fc.property(fc.nat(token.length - 1), anyCharacter, (place, character) => {
      const changed = token.slice(0, place) + character + token.slice(place + 1);
      if (changed !== token) expect(verifyToken(changed, NOW, SECRET).verdict).to.equal('forged');
      expect(verifyToken(token.slice(0, place), NOW, SECRET).verdict).to.equal('forged');
      expect(verifyToken(token + character, NOW, SECRET).verdict).to.equal('forged');
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  it('is forged when it is any other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        expect(verifyToken(text, NOW, SECRET).verdict).to.equal('forged');
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
