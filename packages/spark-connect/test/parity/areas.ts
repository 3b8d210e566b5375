/** Where PySpark's public names are to be found here, and which of them have no place in TypeScript. */
import { SessionConf } from '../../src/client/session-conf.ts';
import {
  Catalog,
  Column,
  DataFrame,
  DataFrameNaFunctions,
  DataFrameReader,
  DataFrameStatFunctions,
  DataFrameWriter,
  DataFrameWriterV2,
  DataStreamReader,
  DataStreamWriter,
  functions,
  GroupedData,
  Observation,
  SparkSession,
  SparkSessionBuilder,
  StorageLevels,
  StreamingQuery,
  StreamingQueryManager,
  StructType,
  types,
  Window,
  WindowSpec,
} from '../../src/index.ts';

export interface Area {
  /** What users of this package can call or read. */
  readonly ours: readonly string[];
  /** PySpark's name → ours, where camel case alone does not lead there. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** PySpark's name → why there is none. */
  readonly without?: Readonly<Record<string, string>>;
}

const python = 'runs a Python function on the workers';
const pandas = 'hands data to pandas or a Python library';
const inPython = 'concerns Python objects only';
const needsJvm = 'needs the JVM beside it; PySpark refuses it over Connect as well';

export const areas: Readonly<Record<string, Area>> = {
  SparkSession: {
    ours: [...membersOf(SparkSession), ...staticsOf(SparkSession)],
    renamed: { Builder: 'builder' },
    without: {
      Hook: inPython,
      dataSource: python,
      profile: 'profiles Python functions',
      udf: python,
      udtf: python,
    },
  },
  'SparkSession.builder': {
    ours: membersOf(SparkSessionBuilder),
    renamed: { channelBuilder: 'connection' },
    without: { enableHiveSupport: needsJvm, master: needsJvm },
  },
  RuntimeConf: { ours: membersOf(SessionConf) },
  Catalog: { ours: membersOf(Catalog), without: { registerFunction: python } },
  DataFrame: {
    ours: membersOf(DataFrame),
    without: {
      foreach: python,
      foreachPartition: python,
      mapInArrow: python,
      mapInPandas: python,
      pandas_api: pandas,
      plot: pandas,
      rdd: needsJvm,
      toPandas: pandas,
    },
  },
  DataFrameNaFunctions: { ours: membersOf(DataFrameNaFunctions) },
  DataFrameStatFunctions: { ours: membersOf(DataFrameStatFunctions) },
  Column: { ours: membersOf(Column), renamed: { to_plan: 'toExpression' } },
  GroupedData: {
    ours: membersOf(GroupedData),
    without: {
      apply: python,
      applyInArrow: python,
      applyInPandas: python,
      applyInPandasWithState: python,
      cogroup: python,
      transformWithState: python,
      transformWithStateInPandas: python,
    },
  },
  Window: { ours: Object.keys(Window) },
  WindowSpec: { ours: membersOf(WindowSpec) },
  Observation: { ours: membersOf(Observation) },
  DataFrameReader: { ours: membersOf(DataFrameReader) },
  DataFrameWriter: { ours: membersOf(DataFrameWriter) },
  DataFrameWriterV2: { ours: membersOf(DataFrameWriterV2) },
  DataStreamReader: { ours: membersOf(DataStreamReader) },
  DataStreamWriter: { ours: membersOf(DataStreamWriter) },
  StreamingQuery: { ours: [...membersOf(StreamingQuery), 'id', 'name', 'runId'] },
  StreamingQueryManager: { ours: membersOf(StreamingQueryManager) },
  Row: { ours: [], without: { asDict: 'a row is a plain object already' } },
  StructType: { ours: [...membersOf(StructType), ...staticsOf(StructType)] },
  StorageLevel: { ours: Object.keys(StorageLevels) },
  functions: { ours: Object.keys(functions) },
  'functions.partitioning': { ours: Object.keys(functions) },
  'avro.functions': { ours: Object.keys(functions) },
  'protobuf.functions': { ours: Object.keys(functions) },
  types: { ours: Object.keys(types) },
};

/** Names on a class's instances, its own and inherited. */
function membersOf(kind: { readonly prototype: object }): readonly string[] {
  const names: string[] = [];
  let prototype: object | null = kind.prototype;
  for (; prototype !== null && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype))
    names.push(...Object.getOwnPropertyNames(prototype));
  return names;
}

function staticsOf(kind: object): readonly string[] {
  return Object.getOwnPropertyNames(kind);
}
