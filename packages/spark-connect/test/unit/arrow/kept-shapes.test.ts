import { expect } from 'chai';
import { BatchDecoder, encodeRows } from '../../../src/arrow/index.ts';
import { keptRowShape } from '../../../src/arrow/kept-shapes.ts';
import { parseDDL } from '../../../src/types/index.ts';

describe('the functions that make rows', () => {
  it('are the same for the same columns, whoever asks, and others for other names, types, orders and lives', () => {
    const shape = keptRowShape(parseDDL('kept BIGINT, s STRING'), 'passing');
    expect(keptRowShape(parseDDL('kept BIGINT NOT NULL, s STRING'), 'passing')).to.equal(shape);
    for (const ddl of ['kept BIGINT, t STRING', 'kept INT, s STRING', 's STRING, kept BIGINT', 'kept BIGINT'])
      expect(keptRowShape(parseDDL(ddl), 'passing'), ddl).not.to.equal(shape);
    expect(keptRowShape(parseDDL('kept BIGINT, s STRING'), 'lasting')).not.to.equal(shape);
  });

  it('are dropped when fifty others were asked for since', () => {
    const [used, forgotten] = [parseDDL('used INT'), parseDDL('forgotten INT')];
    const [usedShape, forgottenShape] = [keptRowShape(used, 'passing'), keptRowShape(forgotten, 'passing')];
    for (let other = 0; other < 48; other++) keptRowShape(parseDDL(`other${other} INT`), 'passing');
    expect(keptRowShape(used, 'passing')).to.equal(usedShape);
    keptRowShape(parseDDL('another INT'), 'passing');
    expect(keptRowShape(used, 'passing')).to.equal(usedShape);
    expect(keptRowShape(forgotten, 'passing')).not.to.equal(forgottenShape);
  });

  it('give the same rows, with the same names in the same order, where a result turns out to be large', () => {
    const names = Array.from({ length: 40 }, (_, column) => `c${column}`);
    const schema = parseDDL(names.map((name, column) => `${name} ${column % 2 ? 'BIGINT' : 'STRING'}`).join(', '));
    const value = (row: number, column: number) => {
      if (row % 7 === column % 7) return null;
      return column % 2 ? BigInt(row % 3) : `${row}`;
    };
    const arrays = Array.from({ length: 1000 }, (_, row) => names.map((_, column) => value(row, column)));
    const ipc = encodeRows(arrays, schema);
    const decoder = new BatchDecoder(schema);
    // 40,000 values each.
    const [first = [], , , fourth = []] = Array.from({ length: 4 }, () => decoder.decode(ipc).rows());
    expect(fourth).to.deep.equal(first);
    expect(fourth.map((row) => Object.values(row))).to.deep.equal(arrays);
    expect(Object.keys(fourth[999] ?? {})).to.deep.equal(names);
    expect([...decoder.decode(ipc)]).to.deep.equal(first);
  });
});
