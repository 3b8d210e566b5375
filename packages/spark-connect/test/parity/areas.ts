/** Where PySpark's public names are to be found here, and which of them have no place in TypeScript. */
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
  type ExecutionInfo,
  functions,
  GroupedData,
  MergeIntoWriter,
  Observation,
  type QueryIdleEvent,
  type QueryProgressEvent,
  type QueryStartedEvent,
  type QueryTerminatedEvent,
  SessionConf,
  type SinkProgress,
  type SourceProgress,
  SparkSession,
  SparkSessionBuilder,
  type StateOperatorProgress,
  StorageLevels,
  StreamingQuery,
  type StreamingQueryListener,
  StreamingQueryManager,
  type StreamingQueryProgress,
  StructType,
  TableArg,
  TableValuedFunction,
  types,
  WhenMatched,
  WhenNotMatched,
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
const internal = "is PySpark's own business between JSON and its objects";
const plainData = 'is there by `JSON.stringify`: here it is plain data';
const abstractType = 'is a class above others; here a type is told by its `kind`';
const needsJvm = 'needs the JVM beside it; PySpark refuses it over Connect as well';

export const areas: Readonly<Record<string, Area>> = {
  SparkSession: {
    ours: [...membersOf(SparkSession), ...staticsOf(SparkSession), ...keysOf<SparkSession>()('client')],
    renamed: { Builder: 'builder', is_stopped: 'isStopped', session_id: 'sessionId' },
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
    renamed: { groupby: 'groupBy' },
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
  Column: {
    ours: [...membersOf(Column), ...keysOf<Column>()('expression')],
    renamed: {
      astype: 'cast',
      bitwiseAND: 'bitwiseAnd',
      bitwiseOR: 'bitwiseOr',
      bitwiseXOR: 'bitwiseXor',
      endswith: 'endsWith',
      startswith: 'startsWith',
      to_plan: 'expression',
    },
  },
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
  MergeIntoWriter: {
    ours: [...membersOf(MergeIntoWriter), 'WhenMatched', 'WhenNotMatched'],
    renamed: { WhenNotMatchedBySource: 'WhenMatched' },
  },
  'MergeIntoWriter.WhenMatched': { ours: membersOf(WhenMatched) },
  'MergeIntoWriter.WhenNotMatched': { ours: membersOf(WhenNotMatched) },
  'MergeIntoWriter.WhenNotMatchedBySource': { ours: membersOf(WhenMatched) },
  DataStreamReader: { ours: membersOf(DataStreamReader) },
  DataStreamWriter: { ours: membersOf(DataStreamWriter) },
  StreamingQuery: { ours: [...membersOf(StreamingQuery), ...keysOf<StreamingQuery>()('id', 'name', 'runId')] },
  StreamingQueryManager: { ours: membersOf(StreamingQueryManager) },
  StreamingQueryListener: {
    ours: keysOf<StreamingQueryListener>()('onQueryIdle', 'onQueryProgress', 'onQueryStarted', 'onQueryTerminated'),
    without: { spark: "a listener is an object of the caller's own, who has the session" },
  },
  QueryStartedEvent: event(keysOf<QueryStartedEvent>()('id', 'jobTags', 'name', 'runId', 'timestamp')),
  QueryProgressEvent: event(keysOf<QueryProgressEvent>()('progress')),
  QueryIdleEvent: event(keysOf<QueryIdleEvent>()('id', 'runId', 'timestamp')),
  QueryTerminatedEvent: event(keysOf<QueryTerminatedEvent>()('errorClassOnException', 'exception', 'id', 'runId')),
  StreamingQueryProgress: report(
    keysOf<StreamingQueryProgress>()(
      ...(['batchDuration', 'batchId', 'durationMs', 'eventTime', 'id', 'inputRowsPerSecond', 'name'] as const),
      ...(['numInputRows', 'observedMetrics', 'processedRowsPerSecond', 'runId', 'sink', 'sources'] as const),
      ...(['stateOperators', 'timestamp'] as const),
    ),
  ),
  StateOperatorProgress: report(
    keysOf<StateOperatorProgress>()(
      ...(['allRemovalsTimeMs', 'allUpdatesTimeMs', 'commitTimeMs', 'customMetrics', 'memoryUsedBytes'] as const),
      ...(['numRowsDroppedByWatermark', 'numRowsRemoved', 'numRowsTotal', 'numRowsUpdated'] as const),
      ...(['numShufflePartitions', 'numStateStoreInstances', 'operatorName'] as const),
    ),
  ),
  SourceProgress: report(
    keysOf<SourceProgress>()(
      ...(['description', 'endOffset', 'inputRowsPerSecond', 'latestOffset', 'metrics', 'numInputRows'] as const),
      ...(['processedRowsPerSecond', 'startOffset'] as const),
    ),
  ),
  SinkProgress: report(keysOf<SinkProgress>()('description', 'metrics', 'numOutputRows')),
  TableValuedFunction: { ours: membersOf(TableValuedFunction) },
  TableArg: { ours: membersOf(TableArg), renamed: { to_plan: 'expression' } },
  ExecutionInfo: { ours: keysOf<ExecutionInfo>()('flows', 'metrics') },
  Row: { ours: [], without: { asDict: 'a row is a plain object already' } },
  StructType: {
    ours: [
      ...membersOf(StructType),
      ...staticsOf(StructType),
      'parseDDL',
      'types.fromJson',
      ...keysOf<StructType>()('kind'),
    ],
    renamed: {
      fieldNames: 'names',
      fromDDL: 'parseDDL',
      fromJson: 'types.fromJson',
      jsonValue: 'json',
      typeName: 'kind',
    },
    without: { fromInternal: inPython, needConversion: inPython, toInternal: inPython },
  },
  StorageLevel: { ours: Object.keys(StorageLevels) },
  functions: {
    ours: Object.keys(functions),
    renamed: {
      bitwiseNOT: 'bitwiseNot',
      shiftLeft: 'shiftleft',
      shiftRight: 'shiftright',
      shiftRightUnsigned: 'shiftrightunsigned',
      toDegrees: 'degrees',
      toRadians: 'radians',
    },
    without: {
      AnalyzeArgument: python,
      AnalyzeResult: python,
      ArrowUDFType: python,
      OrderingColumn: python,
      PandasUDFType: python,
      PartitioningColumn: python,
      SelectedColumn: python,
      SkipRestOfInputTableException: python,
      UserDefinedFunction: python,
      UserDefinedTableFunction: python,
      arrow_udf: python,
      arrow_udtf: python,
      pandas_udf: python,
      udf: python,
      udtf: python,
    },
  },
  'functions.partitioning': { ours: Object.keys(functions) },
  'avro.functions': { ours: Object.keys(functions) },
  'protobuf.functions': { ours: Object.keys(functions) },
  types: {
    ours: [...Object.keys(types), 'DataType'],
    renamed: {
      ArrayType: 'array',
      BinaryType: 'binary',
      BooleanType: 'boolean',
      ByteType: 'byte',
      CalendarIntervalType: 'calendarInterval',
      CharType: 'char',
      DateType: 'date',
      DayTimeIntervalType: 'dayTimeInterval',
      DecimalType: 'decimal',
      DoubleType: 'double',
      FloatType: 'float',
      GeographyType: 'geography',
      GeometryType: 'geometry',
      IntegerType: 'integer',
      LongType: 'long',
      MapType: 'map',
      NullType: 'null',
      ShortType: 'short',
      StringType: 'string',
      StructType: 'struct',
      TimeType: 'time',
      TimestampNTZType: 'timestampNtz',
      TimestampType: 'timestamp',
      VarcharType: 'varchar',
      VariantType: 'variant',
      YearMonthIntervalType: 'yearMonthInterval',
    },
    without: {
      AnsiIntervalType: abstractType,
      AnyTimeType: abstractType,
      AtomicType: abstractType,
      DatetimeType: abstractType,
      FractionalType: abstractType,
      IntegralType: abstractType,
      NumericType: abstractType,
      SpatialType: abstractType,
      UserDefinedType:
        'needs a class of Python or the JVM to make one; a value of such a type is read as what Spark stores',
    },
  },
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

/** Names of an interface's members, which exist for the compiler only: it checks each. */
function keysOf<T>(): <const K extends readonly (keyof T & string)[]>(...keys: K) => K {
  return (...keys) => keys;
}

function event(ours: readonly string[]): Area {
  return { ours, without: { fromJObject: needsJvm, fromJson: internal } };
}

function report(ours: readonly string[]): Area {
  return { ours, without: { fromJObject: needsJvm, fromJson: internal, json: plainData, prettyJson: plainData } };
}
