import { expect } from 'chai';
import { archiveSettings, OperatorError } from '../../../settings/index.ts';

describe('settings of the archive', () => {
  it('puts the directory by day beside the one of the stream, or where COMPACTED_DIR says', () => {
    expect(archiveSettings({ HDFS_URL: 'hdfs://nn:8020', VITALS_DIR: '/a/vitals' })).to.deep.equal({
      vitals: 'hdfs://nn:8020/a/vitals',
      compacted: 'hdfs://nn:8020/a/vitals-by-day',
    });
    expect(archiveSettings({ VITALS_DIR: '/a/vitals', COMPACTED_DIR: '/b' }).compacted).to.equal('/b');
  });

  it('refuses one inside the other, and what is no directory', () => {
    const refused = (COMPACTED_DIR: string) => () => archiveSettings({ VITALS_DIR: '/a/vitals', COMPACTED_DIR });
    for (const directory of ['/a/vitals', '/a/vitals/by-day', '/a', 'by-day', '/a/../b', '/']) {
      expect(refused(directory), directory).to.throw(OperatorError, /COMPACTED_DIR/);
    }
  });
});
