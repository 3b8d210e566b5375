import { expect } from 'chai';
import { ms, ratio, tableText, thousands } from '../../../scripts/bench/table.ts';

describe('tables', () => {
  it('align names left and figures right', () => {
    const table = {
      title: 'Title',
      columns: ['', 'p50'],
      rows: [
        ['a side', '7'],
        ['b', '1234'],
      ],
    };
    expect(tableText(table).split('\n')).to.deep.equal(['Title', '           p50', '  a side     7', '  b       1234']);
  });

  it('show figures in as many digits as they are worth', () => {
    expect([ms(9.96), ms(12.4), ms(-3.2)]).to.deep.equal(['10.0', '12', '-3.2']);
    expect(ratio(3, 4)).to.equal('0.75×');
    expect(thousands(61234.6)).to.equal('61,235');
  });
});
