// Tables of a catalog (data source V2): Spark 4.2.0 has one here that keeps tables in the memory of their session.
import { expect } from 'chai';
import { col, type DataFrame, functions as F, lit, SparkConnectError, type SparkSession } from '../../src/index.ts';
import { openSession, sparkRemote } from '../helpers/spark.ts';
import { rejection } from '../helpers/workspace.ts';

const SCHEMA = 'id INT NOT NULL, bp INT, ward STRING';
type Patient = readonly [id: number, bp: number | null, ward: string];

describe('tables of a catalog', () => {
  let spark: SparkSession;

  before(async function () {
    sparkRemote();
    spark = await openSession();
    // Older servers of the tests have no catalog whose tables can be merged into.
    if ((await spark.conf.getOption('spark.sql.catalog.memory')) === undefined) this.skip();
  });
  after(() => spark?.stop());

  const patients = (...rows: readonly Patient[]): DataFrame => spark.createDataFrame(rows, SCHEMA);
  const table = async (name: string): Promise<Patient[]> => {
    const rows = await spark.table(name).orderBy('id').select('id', 'bp', 'ward').collect();
    return rows.map(({ id, bp, ward }) => [id, bp, ward] as Patient);
  };

  describe('writeTo', () => {
    it('creates a table with its partitions and properties, and not twice', async () => {
      const writer = patients([1, 150, '3B'], [2, 160, '4A']).writeTo('memory.created').partitionedBy('ward');
      await writer.tableProperty('source', 'monitor').create();
      expect(await table('memory.created')).to.deep.equal([
        [1, 150, '3B'],
        [2, 160, '4A'],
      ]);
      // Spark makes the columns of such a table nullable.
      const described = await spark.table('memory.created').schema();
      expect(described.toDDL()).to.equal('id INT,bp INT,ward STRING');
      const properties = await (await spark.sql('SHOW TBLPROPERTIES memory.created')).collect();
      expect(properties).to.deep.include({ key: 'source', value: 'monitor' });
      const twice = await rejection(writer.create());
      expect(twice).to.be.instanceOf(SparkConnectError).and.include({ errorClass: 'TABLE_OR_VIEW_ALREADY_EXISTS' });
    });

    it('replaces a table that is there, and makes one where there is none', async () => {
      const none = await rejection(patients([1, 1, 'x']).writeTo('memory.replaced').replace());
      expect(none).to.include({ errorClass: 'TABLE_OR_VIEW_NOT_FOUND' });
      await patients([1, 150, '3B']).writeTo('memory.replaced').createOrReplace();
      await patients([2, 160, '4A']).writeTo('memory.replaced').replace();
      expect(await table('memory.replaced')).to.deep.equal([[2, 160, '4A']]);
      await patients([3, 170, '5C']).writeTo('memory.replaced').createOrReplace();
      expect(await table('memory.replaced')).to.deep.equal([[3, 170, '5C']]);
    });

    it('appends, overwrites by a condition, and overwrites the partitions that it has rows for', async () => {
      const name = 'memory.written';
      await patients([1, 150, '3B'], [2, 160, '4A']).writeTo(name).partitionedBy('ward').create();
      await patients([3, 170, '4A'], [4, 180, '5C']).writeTo(name).append();
      expect((await table(name)).map(([id]) => id)).to.deep.equal([1, 2, 3, 4]);
      await patients([5, 190, '4A']).writeTo(name).overwrite(col('ward').eq('4A'));
      expect((await table(name)).map(([id]) => id)).to.deep.equal([1, 4, 5]);
      await patients([6, 200, '3B'], [7, 210, '6D']).writeTo(name).overwritePartitions();
      expect(await table(name)).to.deep.equal([
        [4, 180, '5C'],
        [5, 190, '4A'],
        [6, 200, '3B'],
        [7, 210, '6D'],
      ]);
    });
  });

  describe('mergeInto', () => {
    let made = 0;
    /** A new table each, of rows 1 to 4; the rows to merge are 2, 3 and 5. */
    async function merging() {
      const name = `memory.merged${made++}`;
      const target = patients([1, 110, '3B'], [2, 120, '3B'], [3, 130, '4A'], [4, 140, '4A']);
      await target.writeTo(name).partitionedBy('ward').create();
      const source = patients([2, 220, '5C'], [3, 230, '5C'], [5, 250, '5C']).alias('source');
      return { name, writer: source.mergeInto(name, col(`${name}.id`).eq(col('source.id'))) };
    }

    it('updates, deletes and inserts by the first clause that fits', async () => {
      const { name, writer } = await merging();
      await writer
        .whenMatched(col('source.bp').gt(225))
        .delete()
        .whenMatched()
        .update({ bp: F.col('source.bp') })
        .whenNotMatched(col('source.bp').gt(240))
        .insert({ id: col('source.id'), bp: col('source.bp'), ward: lit('new') })
        .whenNotMatchedBySource(col(`${name}.bp`).gt(130))
        .update({ ward: lit('left') })
        .merge();
      expect(await table(name)).to.deep.equal([
        [1, 110, '3B'],
        [2, 220, '3B'],
        [4, 140, 'left'],
        [5, 250, 'new'],
      ]);
    });

    it('takes whole rows, and deletes what the source has not', async () => {
      const { name, writer } = await merging();
      await writer.whenMatched().updateAll().whenNotMatched().insertAll().whenNotMatchedBySource().delete().merge();
      expect(await table(name)).to.deep.equal([
        [2, 220, '5C'],
        [3, 230, '5C'],
        [5, 250, '5C'],
      ]);
    });

    it('is refused by Spark without a clause, and where two rows change the same one', async () => {
      const { name, writer } = await merging();
      expect(await rejection(writer.merge()))
        .to.be.instanceOf(SparkConnectError)
        .with.property('errorClass');
      const twice = patients([1, 1, 'a'], [1, 2, 'b']).alias('source');
      const ambiguous = await rejection(
        twice
          .mergeInto(name, col(`${name}.id`).eq(col('source.id')))
          .whenMatched()
          .updateAll()
          .merge(),
      );
      expect(ambiguous).to.include({ errorClass: 'MERGE_CARDINALITY_VIOLATION' });
      expect(await table(name)).to.have.length(4);
    });
  });
});
