import path from 'node:path';
import { expect } from 'chai';
import { fileTimes, longest } from '../../../scripts/test/file-times.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

describe('the times of test files', () => {
  const timesOf = (run: string, files: Readonly<Record<string, number>>) =>
    fileTimes(run, Object.fromEntries(Object.entries(files).map(([file, ms]) => [path.join(PROJECT_ROOT, file), ms])));

  it('are shown from the longest on, and summed up by run', () => {
    const times = [
      ...timesOf('jobs', { 'a.test.ts': 1_200, 'b.test.ts': 40_000 }),
      ...timesOf('client', { 'c.test.ts': 3_450 }),
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
