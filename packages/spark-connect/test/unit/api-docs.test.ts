import { expect } from 'chai';
import { documentFunctions } from '../../../../scripts/package/function-docs.ts';
import { type Documented, publicDeclarations, publicFunctions } from '../helpers/public-api.ts';

/** What this package has of its own, so that no page of Spark's tells of it. */
const OWN = new Set(
  `ActionOptions AsOfOptions Assignments CallHeaders CallSignal ColumnArgument ColumnOrName ColumnOrValue ColumnVector DEFAULT_RETRY_POLICY
  ForeachBatchContext ForeachBatchOptions KeepAlive LiteralValue Logger NumericArray OptionValue OptionValues PythonCall QueryContext RetryPolicy Row
  RowBatch STREAMING_RETRY_POLICY SessionClient SparkConnectErrorCode StopOptions callPython rowValues`.split(/\s+/),
);

const isDocumented = ({ doc }: Documented) => doc.replaceAll(/@see \S+/g, '').trim() !== '';
const namesSpark = ({ doc }: Documented) =>
  /@see https:\/\/(?:spark\.apache\.org|github\.com\/apache\/spark)\//.test(doc);
const names = (all: readonly Documented[]) => all.map(({ name }) => name);

describe('the API docs', () => {
  const declarations = publicDeclarations();

  it('say of every exported name what it is', () => {
    expect(names(declarations)).to.include.members(['DataFrame', 'functions', 'StorageLevels', 'Trigger']);
    expect(names(declarations.filter((declaration) => !isDocumented(declaration)))).to.deep.equal([]);
  });

  it('say of every member of a class or an interface what it is', () => {
    const without = declarations.flatMap(({ name, members }) =>
      members.filter((member) => !isDocumented(member)).map((member) => `${name}.${member.name}`),
    );
    expect(declarations.flatMap(({ members }) => members).length).to.be.greaterThan(600);
    expect(without).to.deep.equal([]);
  });

  it("name Spark's own page of what Spark has too", () => {
    const without = declarations.filter(({ name }) => !OWN.has(name)).filter((declaration) => !namesSpark(declaration));
    expect(names(without)).to.deep.equal([]);
    expect(names(declarations)).to.include.members([...OWN]);
  });

  it("name PySpark's page of every function, once they are built", () => {
    const functions = publicFunctions();
    expect(functions.length).to.be.greaterThan(450);
    for (const { name, doc } of functions) {
      const declared = `export declare const ${name}: (column: Column) => Column;\n`;
      const built = documentFunctions(doc === '' ? declared : `/** ${doc} */\n${declared}`);
      expect(built, name).to.match(
        /@see https:\/\/spark\.apache\.org\/\S+\/pyspark\.sql\.(?:avro\.|protobuf\.)?functions\.[a-z0-9_.]+\.html/,
      );
    }
  });
});
