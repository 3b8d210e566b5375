import { expect } from 'chai';
import {
  type Column,
  col,
  type DataFrame,
  functions as F,
  type InputRow,
  lit,
  SparkConnectError,
  StructType,
  types as T,
} from '../../../src/index.ts';
import { planSession, rootOf } from '../../helpers/plans.ts';

const spark = planSession();
const table = () => spark.table('vitals');
const tableJson = { common: { planId: '1' }, read: { namedTable: { unparsedIdentifier: 'vitals' } } };
const attribute = (name: string) => ({ unresolvedAttribute: { unparsedIdentifier: name } });

/** Expects one relation on top of the table. */
function expectOnTable(frame: DataFrame, relation: object): void {
  const [name = '', fields = {}] = Object.entries(relation)[0] ?? [];
  expect(rootOf(frame)).to.deep.equal({ common: { planId: '2' }, [name]: { input: tableJson, ...fields } });
}

describe('plans', () => {
  describe('sources', () => {
    it('reads files with format, schema and options', () => {
      const schema = new StructType().add('bp', T.int());
      const frame = spark.read.format('json').schema(schema).option('multiLine', true).option('MULTILINE', false);
      expect(rootOf(frame.load('/a', '/b'))).to.deep.equal({
        common: { planId: '1' },
        read: {
          dataSource: {
            format: 'json',
            schema: '{"type":"struct","fields":[{"name":"bp","type":"integer","nullable":true,"metadata":{}}]}',
            options: { MULTILINE: 'false' },
            paths: ['/a', '/b'],
          },
        },
      });
    });

    it('reads streams with the last spelling of an option', () => {
      const frame = spark.readStream.format('rate').option('rowsPerSecond', 1).options({ ROWSPERSECOND: 2 }).load();
      expect(rootOf(frame)).to.deep.equal({
        common: { planId: '1' },
        read: { dataSource: { format: 'rate', options: { ROWSPERSECOND: '2' } }, isStreaming: true },
      });
    });

    it('reads tables and ranges', () => {
      expect(rootOf(table())).to.deep.equal(tableJson);
      expect(rootOf(spark.range(2, 10n, 2, { numPartitions: 3 }))).to.deep.equal({
        common: { planId: '1' },
        range: { start: '2', end: '10', step: '2', numPartitions: 3 },
      });
      expect(() => spark.range(2 ** 60)).to.throw(SparkConnectError, 'bigint');
    });

    it('sends rows with their schema, and no data for no rows', () => {
      const empty = rootOf(spark.createDataFrame([], 'a INT NOT NULL'));
      expect(empty).to.deep.equal({
        common: { planId: '1' },
        localRelation: {
          schema: '{"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{}}]}',
        },
      });
      const sent = (row: InputRow, schema: string | string[]) => {
        const frame = spark.createDataFrame([row], schema);
        return (rootOf(frame) as { localRelation: { data: string; schema?: string } }).localRelation;
      };
      const filled = sent([1, 'x', [true]], ['a', 'b', 'c']);
      expect(Buffer.from(filled.data, 'base64').length).to.be.greaterThan(100);
      expect(JSON.parse(filled.schema ?? '').fields.map((f: { type: unknown }) => f.type)).to.deep.equal([
        'long',
        'string',
        { type: 'array', elementType: 'boolean', containsNull: true },
      ]);
      // Arrow's own schema says the same, and spares the server a cast.
      const plain = 'a BIGINT NOT NULL, b STRING, c DECIMAL(5,2), d TIMESTAMP';
      expect(sent([1, 'x', 2, null], plain)).to.have.all.keys('data');
      // It knows no two columns of one name, no comments, no collations and no lengths.
      for (const ddl of [
        'a INT, a STRING',
        'a INT COMMENT "x", b STRING',
        'a INT, b STRING COLLATE UNICODE',
        'a INT, b CHAR(1)',
      ])
        expect(sent([1, 'x'], ddl), ddl).to.have.all.keys('data', 'schema');
    });
  });

  describe('columns', () => {
    it('selects, adds, renames, drops', () => {
      expectOnTable(table().select('*', 'v.*', col('bp').as('pressure')), {
        project: {
          expressions: [
            { unresolvedStar: {} },
            { unresolvedStar: { unparsedTarget: 'v.*' } },
            { alias: { expr: attribute('bp'), name: ['pressure'] } },
          ],
        },
      });
      expectOnTable(table().withColumn('message_time', F.currentTimestamp()), {
        withColumns: {
          aliases: [{ expr: { unresolvedFunction: { functionName: 'current_timestamp' } }, name: ['message_time'] }],
        },
      });
      expectOnTable(table().withColumnsRenamed({ a: 'b', c: 'd' }), {
        withColumnsRenamed: {
          renameColumnsMap: { a: 'b', c: 'd' },
          renames: [
            { colName: 'a', newColName: 'b' },
            { colName: 'c', newColName: 'd' },
          ],
        },
      });
      expectOnTable(table().drop('a', col('b')), { drop: { columns: [attribute('b')], columnNames: ['a'] } });
    });

    it('keeps the order of names that are numbers, where they come in a Map or in pairs', () => {
      const added = new Map([
        ['total', lit(1)],
        ['2024', lit(2)],
      ]);
      const alias = (name: string, integer: number) => ({ expr: { literal: { integer } }, name: [name] });
      expectOnTable(table().withColumns(added), {
        withColumns: { aliases: [alias('total', 1), alias('2024', 2)] },
      });
      const renamed = rootOf(
        table().withColumnsRenamed([
          ['total', '7'],
          ['7', 'seven'],
        ]),
      );
      expect(renamed)
        .to.have.nested.property('withColumnsRenamed.renames')
        .that.deep.equals([
          { colName: 'total', newColName: '7' },
          { colName: '7', newColName: 'seven' },
        ]);
    });

    it('refuses what is no column', () => {
      // As plain JavaScript may call it.
      const frame = table() as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
      for (const [method, ...args] of [
        ['select', ['id']],
        ['groupBy', ['id']],
        ['orderBy', ['id']],
        ['drop', ['id']],
        ['filter', true],
        ['withColumn', 'x', 1],
        ['withColumn', 'x', 'y'],
        ['join', table(), [1]],
        ['lateralJoin', table(), 'a'],
        ['joinAsOf', table(), 'a', 'a', { tolerance: 5 }],
      ] as const) {
        expect(() => frame[method]?.(...args), method).to.throw(SparkConnectError, 'a column is wanted, not');
      }
      const condition = 'a > 1' as unknown as Column;
      const merging = table().mergeInto('t', col('a'));
      for (const build of [
        () => merging.whenMatched(condition).delete(),
        () => merging.whenNotMatched().insert({ a: condition }),
        () => table().mergeInto('t', condition).toCommand(),
        () => F.when(col('a'), 1).when(condition, 2),
      ]) {
        expect(build, String(build)).to.throw(SparkConnectError, 'a column is wanted, not string');
      }
      expect(() => F.transform('a', () => 1 as never)).to.throw(SparkConnectError, 'a column is wanted, not number');
      const { dropFields } = col('a') as unknown as { dropFields(): unknown };
      expect(() => dropFields()).to.throw(SparkConnectError, 'dropFields needs');
    });

    it('ties df.col to its DataFrame', () => {
      const frame = table();
      expectOnTable(frame.select(frame.col('bp')), {
        project: { expressions: [{ unresolvedAttribute: { unparsedIdentifier: 'bp', planId: '1' } }] },
      });
    });

    it('names, fits, watermarks and unpivots', () => {
      expectOnTable(table().alias('v'), { subqueryAlias: { alias: 'v' } });
      expectOnTable(table().toDF('x', 'y'), { toDf: { columnNames: ['x', 'y'] } });
      expectOnTable(table().withWatermark('t', '1 minute'), {
        withWatermark: { eventTime: 't', delayThreshold: '1 minute' },
      });
      const unpivot = { ids: ['id'], variableColumnName: 'attribute', valueColumnName: 'value' };
      expectOnTable(table().unpivot({ ...unpivot, values: ['bp', 'heartBeat'] }), {
        unpivot: {
          ids: [attribute('id')],
          values: { values: [attribute('bp'), attribute('heartBeat')] },
          variableColumnName: 'attribute',
          valueColumnName: 'value',
        },
      });
    });
  });

  describe('rows', () => {
    it('filters by a column or SQL text', () => {
      const over = {
        unresolvedFunction: { functionName: '>', arguments: [attribute('bp'), { literal: { integer: 180 } }] },
      };
      expectOnTable(table().filter(col('bp').gt(180)), { filter: { condition: over } });
      expectOnTable(table().where('bp > 180'), {
        filter: { condition: { expressionString: { expression: 'bp > 180' } } },
      });
    });

    it('sorts with Spark’s order of nulls', () => {
      const order = [
        { child: attribute('a'), direction: 'SORT_DIRECTION_ASCENDING', nullOrdering: 'SORT_NULLS_FIRST' },
        { child: attribute('b'), direction: 'SORT_DIRECTION_DESCENDING', nullOrdering: 'SORT_NULLS_LAST' },
        { child: attribute('c'), direction: 'SORT_DIRECTION_ASCENDING', nullOrdering: 'SORT_NULLS_LAST' },
      ];
      expectOnTable(table().orderBy('a', col('b').desc(), F.ascNullsLast('c')), { sort: { order, isGlobal: true } });
      expectOnTable(table().sortWithinPartitions('a'), { sort: { order: order.slice(0, 1), isGlobal: false } });
    });

    it('sorts by the places of columns', () => {
      const child = (integer: number) => ({ literal: { integer } });
      expectOnTable(table().orderBy(2, -1), {
        sort: {
          order: [
            { child: child(2), direction: 'SORT_DIRECTION_ASCENDING', nullOrdering: 'SORT_NULLS_FIRST' },
            { child: child(1), direction: 'SORT_DIRECTION_DESCENDING', nullOrdering: 'SORT_NULLS_LAST' },
          ],
          isGlobal: true,
        },
      });
      expect(() => table().sort()).to.throw(SparkConnectError, 'sorting needs a column');
      expect(() => table().sort(0)).to.throw(SparkConnectError, '0 is no place');
      expect(() => table().sort(1.5)).to.throw(SparkConnectError, '1.5 is no place');
    });

    it('hints with values, columns and lists', () => {
      const two = { literal: { integer: 2 } };
      const name = { literal: { string: 'id' } };
      expectOnTable(table().hint('rebalance', [2, 'id']), { hint: { name: 'rebalance', parameters: [two, name] } });
      expectOnTable(table().hint('skew', col('a'), [2, 2]), {
        hint: {
          name: 'skew',
          parameters: [attribute('a'), { unresolvedFunction: { functionName: 'array', arguments: [two, two] } }],
        },
      });
    });

    it('limits, skips, deduplicates, samples, distributes', () => {
      expectOnTable(table().limit(5), { limit: { limit: 5 } });
      expectOnTable(table().offset(5), { offset: { offset: 5 } });
      expect(() => table().limit(-1)).to.throw(SparkConnectError, '-1');
      expectOnTable(table().distinct(), { deduplicate: { allColumnsAsKeys: true, withinWatermark: false } });
      expectOnTable(table().dropDuplicatesWithinWatermark('id'), {
        deduplicate: { columnNames: ['id'], allColumnsAsKeys: false, withinWatermark: true },
      });
      expectOnTable(table().sample(0.25, { seed: 7 }), {
        sample: { upperBound: 0.25, withReplacement: false, seed: '7' },
      });
      expectOnTable(table().repartition(4), { repartition: { numPartitions: 4, shuffle: true } });
      expectOnTable(table().coalesce(1), { repartition: { numPartitions: 1, shuffle: false } });
      expectOnTable(table().repartition(4, 'ward'), {
        repartitionByExpression: { partitionExprs: [attribute('ward')], numPartitions: 4 },
      });
      expect(() => table().repartition(1.5)).to.throw(SparkConnectError, '1.5 is no number of partitions');
      expect(() => table().repartition(0, 'ward')).to.throw(SparkConnectError, '0 is no number of partitions');
      expect(() => table().coalesce(0)).to.throw(SparkConnectError, '0 is no number of partitions');
    });

    it('splits at random without gap or overlap', () => {
      const bounds = table()
        .randomSplit([1, 3], 5)
        .map((part) => (rootOf(part) as { sample: { lowerBound?: number; upperBound: number } }).sample)
        .map(({ lowerBound = 0, upperBound }) => [lowerBound, upperBound]);
      expect(bounds).to.deep.equal([
        [0, 0.25],
        [0.25, 1],
      ]);
    });
  });

  describe('two inputs and groups', () => {
    it('joins by condition, by names, or across', () => {
      const left = spark.table('vitals');
      const right = spark.table('limits');
      const sides = {
        left: tableJson,
        right: { common: { planId: '2' }, read: { namedTable: { unparsedIdentifier: 'limits' } } },
      };
      const root = (frame: DataFrame) => (rootOf(frame) as { join: object }).join;
      expect(root(left.join(right, [left.col('a').eq(right.col('b')), col('c').isNull()], 'left'))).to.deep.equal({
        ...sides,
        joinType: 'JOIN_TYPE_LEFT_OUTER',
        joinCondition: {
          unresolvedFunction: {
            functionName: 'and',
            arguments: [
              {
                unresolvedFunction: {
                  functionName: '==',
                  arguments: [
                    { unresolvedAttribute: { unparsedIdentifier: 'a', planId: '1' } },
                    { unresolvedAttribute: { unparsedIdentifier: 'b', planId: '2' } },
                  ],
                },
              },
              { unresolvedFunction: { functionName: 'isNull', arguments: [attribute('c')] } },
            ],
          },
        },
      });
      expect(root(left.join(right, 'id', 'anti'))).to.deep.equal({
        ...sides,
        joinType: 'JOIN_TYPE_LEFT_ANTI',
        usingColumns: ['id'],
      });
      expect(root(left.crossJoin(right))).to.deep.equal({ ...sides, joinType: 'JOIN_TYPE_CROSS' });
      expect(() => left.join(right, 'id', 'sideways' as 'inner')).to.throw(SparkConnectError, "'sideways'");
    });

    it('unites and subtracts', () => {
      const root = (frame: DataFrame) => {
        const { leftInput, rightInput, ...rest } = (rootOf(frame) as { setOp: Record<string, object> }).setOp;
        expect([leftInput, rightInput]).to.deep.equal([tableJson, { ...tableJson, common: { planId: '2' } }]);
        return rest;
      };
      const [a, b] = [table(), table()];
      const plain = { byName: false, allowMissingColumns: false };
      expect(root(a.union(b))).to.deep.equal({ setOpType: 'SET_OP_TYPE_UNION', isAll: true, ...plain });
      expect(root(a.except(b))).to.deep.equal({ setOpType: 'SET_OP_TYPE_EXCEPT', isAll: false, ...plain });
      expect(root(a.unionByName(b, { allowMissingColumns: true }))).to.deep.equal({
        setOpType: 'SET_OP_TYPE_UNION',
        isAll: true,
        byName: true,
        allowMissingColumns: true,
      });
    });

    it('refuses a DataFrame of another session', () => {
      const other = planSession().table('vitals');
      const refused = [
        () => table().union(other),
        () => table().join(other, 'id'),
        () => table().crossJoin(other),
        () => table().lateralJoin(other),
        () => table().joinAsOf(other, 'a', 'b'),
        () => table().exceptAll(other),
      ];
      for (const combine of refused) expect(combine).to.throw(SparkConnectError, 'of the same session');
    });

    it('aggregates the columns that are named', () => {
      const { sum } = table().groupBy() as unknown as { sum(): unknown };
      expect(() => sum.call(table().groupBy())).to.throw(SparkConnectError, 'sum needs the names');
    });

    it('groups, rolls up and pivots', () => {
      const max = { unresolvedFunction: { functionName: 'max', arguments: [attribute('bp')] } };
      expectOnTable(table().groupBy('customerId').agg(F.max('bp').as('worst')), {
        aggregate: {
          groupType: 'GROUP_TYPE_GROUPBY',
          groupingExpressions: [attribute('customerId')],
          aggregateExpressions: [{ alias: { expr: max, name: ['worst'] } }],
        },
      });
      expectOnTable(table().rollup('ward').agg({ bp: 'max' }), {
        aggregate: {
          groupType: 'GROUP_TYPE_ROLLUP',
          groupingExpressions: [attribute('ward')],
          aggregateExpressions: [max],
        },
      });
      expectOnTable(table().groupBy('ward').pivot('attribute', ['bp']).max('bp'), {
        aggregate: {
          groupType: 'GROUP_TYPE_PIVOT',
          groupingExpressions: [attribute('ward')],
          aggregateExpressions: [max],
          pivot: { col: attribute('attribute'), values: [{ string: 'bp' }] },
        },
      });
      expect(() => table().cube('ward').pivot('attribute')).to.throw(SparkConnectError, 'cube');
    });
  });

  describe('nulls and statistics', () => {
    it('fills, drops and replaces', () => {
      expectOnTable(table().na.fill({ bp: 0, ward: '?' }), {
        fillNa: { cols: ['bp', 'ward'], values: [{ long: '0' }, { string: '?' }] },
      });
      expectOnTable(table().na.drop({ how: 'all', subset: ['bp'] }), { dropNa: { cols: ['bp'], minNonNulls: 1 } });
      expectOnTable(table().na.replace(new Map([[0, null]]), ['bp']), {
        replace: { cols: ['bp'], replacements: [{ oldValue: { double: 0 }, newValue: { null: { null: {} } } }] },
      });
    });

    it('refuses what would be dropped or replaced otherwise than it reads', () => {
      const { na } = table();
      expect(() => na.drop({ how: 'All' as 'all' })).to.throw(SparkConnectError, "not for 'All'");
      expect(() => na.replace([[1, 'x']])).to.throw(SparkConnectError, 'not number and string');
      expect(() =>
        na.replace([
          ['x', 'y'],
          [true, false],
        ]),
      ).to.throw(SparkConnectError, 'not string and boolean');
      expect(() => na.replace([[null as unknown as string, 'x']])).to.throw(SparkConnectError, 'fill()');
    });
  });

  it('takes no arrays where the server compares single values', () => {
    for (const build of [
      () => table().stat.sampleBy('wards', [[[1], 1]]),
      () =>
        table()
          .groupBy('ward')
          .pivot('attribute', [['bp']]),
    ]) {
      expect(build, String(build)).to.throw(SparkConnectError, 'an array is no single value');
    }
  });

  it('is frozen: building on a DataFrame leaves it as it was', () => {
    const frame = table();
    const before = JSON.stringify(rootOf(frame));
    frame.filter('bp > 1').select('bp');
    expect(JSON.stringify(rootOf(frame))).to.equal(before);
    expect(Object.isFrozen(frame.node)).to.equal(true);
  });
});
