import { expect } from 'chai';
import { fileTimes, longest } from '../../../scripts/test/file-times.ts';

describe('the times of test files', () => {
  it('are shown from the longest on, and summed up by run', () => {
    const times = [
      ...fileTimes('jobs', { 'a.test.ts': 1_200, 'b.test.ts': 40_000 }),
      ...fileTimes('client', { 'c.test.ts': 3_450 }),
    ];
    expect(longest(times, 2).split('\n')).to.deep.equal([
      '   40.0 s  b.test.ts (jobs)',
      '    3.5 s  c.test.ts (client)',
      '   41.2 s  all of jobs',
      '    3.5 s  all of client',
    ]);
  });

  it('are none where nothing ran', () => {
    expect(fileTimes('jobs', {})).to.deep.equal([]);
  });
});
