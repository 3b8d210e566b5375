/** A Spark Connect client: sessions, DataFrames, columns, functions and streams, by Spark's own names. */
export type { ActionOptions } from './api/actions.ts';
export type { ExplainMode } from './api/analyze.ts';
export { callPython, type PythonCall } from './api/call-python.ts';
export { Catalog, type CreateTableOptions } from './api/catalog.ts';
export type {
  CatalogColumn,
  CatalogDatabase,
  CatalogFunction,
  CatalogMetadata,
  CatalogTable,
} from './api/catalog-entries.ts';
export { DataFrame, type ShowOptions, type UnpivotOptions } from './api/data-frame/index.ts';
export { DataFrameReader, type JdbcOptions } from './api/data-frame-reader.ts';
export { DataFrameWriter } from './api/data-frame-writer.ts';
export { DataFrameWriterV2 } from './api/data-frame-writer-v2.ts';
export { DataStreamReader } from './api/data-stream-reader.ts';
export { DataStreamWriter, type ForeachBatchContext, type ForeachBatchHandler } from './api/data-stream-writer.ts';
export type { ExecutionInfo, OperatorMetrics } from './api/execution-info.ts';
export type { ForeachRow, ForeachWriter } from './api/foreach-rows.ts';
export { GroupedData } from './api/grouped-data.ts';
export type { AsOfOptions, JoinOn, JoinType } from './api/joins.ts';
export { type Assignments, MergeIntoWriter, WhenMatched, WhenNotMatched } from './api/merge-into-writer.ts';
export { DataFrameNaFunctions } from './api/na-functions.ts';
export { type Metrics, Observation } from './api/observation.ts';
export type { OptionValue, OptionValues } from './api/options.ts';
export type { ArtifactKind } from './api/session-files.ts';
export { SparkSession, type SqlArgs, type SqlOptions } from './api/spark-session.ts';
export { SparkSessionBuilder } from './api/spark-session-builder.ts';
export { DataFrameStatFunctions } from './api/stat-functions.ts';
export { TableArg } from './api/table-arg.ts';
export { TableValuedFunction } from './api/table-valued-function.ts';
export type { ColumnVector } from './arrow/column-vector.ts';
export type { InputRow } from './arrow/encode-rows.ts';
export { type Row, rowValues } from './arrow/row.ts';
export { RowBatch } from './arrow/row-batch.ts';
export type { NumericArray } from './arrow/typed-values.ts';
export type { CallHeaders } from './client/call-headers.ts';
export type { KeepAlive } from './client/channel.ts';
export type { CallSignal, ConnectOptions } from './client/connect-options.ts';
export type { Logger } from './client/logger.ts';
export type { ExecutionProgress, ProgressHandler, StageProgress } from './client/progress-handlers.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy, STREAMING_RETRY_POLICY } from './client/retry-policy.ts';
export type { SessionClient } from './client/session-client.ts';
export { SessionConf } from './client/session-conf.ts';
export { type QueryContext, SparkConnectError, type SparkConnectErrorCode } from './errors.ts';
export {
  type AliasOptions,
  Column,
  type ColumnArgument,
  type ColumnOrName,
  type ColumnOrValue,
} from './functions/column.ts';
export { col, expr, lit } from './functions/core.ts';
export * as functions from './functions/index.ts';
export { Window, WindowSpec } from './functions/window-spec.ts';
export type { SaveMode } from './plan/commands.ts';
export type { LiteralValue } from './plan/literals.ts';
export { type StorageLevel, StorageLevels } from './plan/storage-level.ts';
export type { ForeachBatchOptions } from './streaming/foreach-batch/index.ts';
export type {
  QueryIdleEvent,
  QueryProgressEvent,
  QueryStartedEvent,
  QueryTerminatedEvent,
  StreamingQueryListener,
} from './streaming/listener.ts';
export type {
  SinkProgress,
  SourceProgress,
  StateOperatorProgress,
  StreamingQueryProgress,
} from './streaming/progress.ts';
export type { OutputMode } from './streaming/start-stream.ts';
export { type StopOptions, StreamingQuery, type StreamingQueryStatus } from './streaming/streaming-query.ts';
export { StreamingQueryManager } from './streaming/streaming-query-manager.ts';
export type { Trigger, TriggerKinds } from './streaming/trigger.ts';
export {
  type ArrayType,
  CalendarInterval,
  type CharType,
  type DataType,
  DayTimeInterval,
  type DayTimeIntervalType,
  Decimal,
  type DecimalType,
  Geography,
  Geometry,
  type GeoType,
  LocalDate,
  LocalDateTime,
  LocalTime,
  type MapType,
  type Metadata,
  parseDDL,
  type SimpleKind,
  type SimpleType,
  type StringType,
  type StructField,
  StructType,
  Timestamp,
  type TimeType,
  types,
  type UdtType,
  type UnparsedType,
  Variant,
  type VariantValue,
  YearMonthInterval,
  type YearMonthIntervalType,
} from './types/index.ts';
