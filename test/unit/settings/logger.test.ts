import { expect } from 'chai';
import { createLogger } from '../../../settings/logger.ts';
import { Secret } from '../../../settings/secret.ts';

describe('createLogger', () => {
  const capture = (json: boolean) => {
    const lines: string[] = [];
    const destination = { write: (text: string) => lines.push(text) };
    return { lines, log: createLogger({ name: 'producer', json, level: 'info', destination }) };
  };

  it('writes a short line for people', () => {
    const { lines, log } = capture(false);
    log.info('3 rows sent');
    log.warn({ table: 'vitals', rows: 2 }, 'rows skipped');
    log.error({ err: new Error('no route') }, 'cannot send');
    log.debug('not shown');
    expect(lines).to.deep.equal([
      'producer: 3 rows sent\n',
      'producer: warning: rows skipped (table=vitals, rows=2)\n',
      'producer: error: cannot send: no route\n',
    ]);
  });

  it('writes JSON for machines', () => {
    const { lines, log } = capture(true);
    log.info({ rows: 2 }, 'done');
    expect(JSON.parse(lines[0] ?? '')).to.include({ name: 'producer', rows: 2, msg: 'done', level: 30 });
  });

  for (const json of [true, false]) {
    it(`masks secrets (${json ? 'json' : 'plain'})`, () => {
      const { lines, log } = capture(json);
      log.info(
        { password: 'hunter2', smtp: { pass: 'hunter2', user: 'u' }, wrapped: new Secret('hunter2') },
        'settings',
      );
      expect(lines.join('')).to.include('***').and.include('"u"').and.not.include('hunter2');
    });
  }
});
