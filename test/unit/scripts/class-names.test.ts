import { expect } from 'chai';
import { build } from 'esbuild';
import { withClassNames } from '../../../scripts/package/class-names.ts';

describe('the names of classes in the package', () => {
  it('are their own, where esbuild gave them others', async () => {
    const contents = `
      export class Column { static of() { return [...Column.all, new Column()]; } static all = []; }
      export class Plain { _Column = 2; _Other = 3; }
      export const read = (it) => [it._Column, it._Other];
    `;
    const { outputFiles } = await build({ stdin: { contents }, bundle: true, format: 'esm', write: false });
    const written = outputFiles[0]?.text ?? '';
    expect(written).to.include('class _Column').and.include('..._Column.all');
    const module = await import(`data:text/javascript,${encodeURIComponent(withClassNames(written))}`);
    expect(module.Column.name).to.equal('Column');
    expect(module.Column.of()).to.have.length(1);
    expect(module.read({ _Column: 1, _Other: 2 })).to.deep.equal([1, 2]);
  });

  it('are left alone where they are others in the source', () => {
    const code = 'var A = class _B {};\nvar _C = 1;';
    expect(withClassNames(code)).to.equal(code);
  });
});
