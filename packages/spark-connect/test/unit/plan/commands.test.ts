import { expect } from 'chai';
import { SparkConnectError } from '../../../src/errors.ts';
import { command } from '../../../src/plan/commands.ts';
import { compileCommand } from '../../../src/plan/compile/index.ts';
import { type ExpressionNode, functionNode } from '../../../src/plan/expressions.ts';
import { literalNode } from '../../../src/plan/literals.ts';
import { relation } from '../../../src/plan/relations/index.ts';
import { commandJson, planSession } from '../../helpers/plans.ts';

const input = { common: { planId: '1' }, read: { namedTable: { unparsedIdentifier: 'vitals' } } };

describe('commands', () => {
  const frame = planSession().table('vitals');

  it('writes to a path, a table, or a source without either', () => {
    const writer = frame.write.format('parquet').mode('append').option('compression', 'snappy').partitionBy('ward');
    expect(commandJson(compileCommand(writer.toCommand({ to: 'path', path: '/data' })))).to.deep.equal({
      writeOperation: {
        input,
        source: 'parquet',
        path: '/data',
        mode: 'SAVE_MODE_APPEND',
        partitioningColumns: ['ward'],
        options: { compression: 'snappy' },
      },
    });
    expect(
      commandJson(compileCommand(frame.write.toCommand({ to: 'table', table: 't', method: 'insertInto' }))),
    ).to.deep.equal({
      writeOperation: { input, table: { tableName: 't', saveMethod: 'TABLE_SAVE_METHOD_INSERT_INTO' } },
    });
    expect(commandJson(compileCommand(frame.write.format('noop').toCommand({ to: 'source' })))).to.deep.equal({
      writeOperation: { input, source: 'noop' },
    });
  });

  it('knows Spark’s names of save modes in any case, and no others', () => {
    const mode = (name: string) => {
      const node = frame.write.mode(name as 'append').toCommand({ to: 'source' });
      return (commandJson(compileCommand(node)) as { writeOperation: { mode: string } }).writeOperation.mode;
    };
    expect(mode('Overwrite')).to.equal('SAVE_MODE_OVERWRITE');
    expect(mode('errorIfExists')).to.equal('SAVE_MODE_ERROR_IF_EXISTS');
    for (const wrong of ['overwrte', 'constructor']) {
      expect(() => mode(wrong)).to.throw(SparkConnectError, `no save mode '${wrong}': append, overwrite`);
    }
  });

  it('creates views', () => {
    const node = command({ kind: 'createView', input: frame.node, name: 'v', global: false, replace: true });
    expect(commandJson(compileCommand(node))).to.deep.equal({
      createDataframeView: { input, name: 'v', replace: true },
    });
  });

  it('sends SQL arguments as literals, which every server takes, and as expressions only where one is no literal', () => {
    const sql = (a: ExpressionNode) =>
      compileCommand({
        kind: 'sqlCommand',
        sql: relation({ kind: 'sql', query: 'SELECT :a', args: { named: { a }, positional: [] }, tables: [] }),
      });
    expect(commandJson(sql(literalNode(1)))).to.deep.equal({
      sqlCommand: { sql: 'SELECT :a', args: { a: { integer: 1 } } },
    });
    expect(commandJson(sql(functionNode('pi', [])))).to.deep.equal({
      sqlCommand: { sql: 'SELECT :a', namedArguments: { a: { unresolvedFunction: { functionName: 'pi' } } } },
    });
  });
});
