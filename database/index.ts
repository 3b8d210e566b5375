export { type RejectedRow, UNKNOWN_WARD } from './checked-rows.ts';
export { type ConnectOptions, connect, openPool } from './connect.ts';
export { databaseError, isTransient } from './database-error.ts';
export { DEMO_NOTICE, DEMO_PATIENTS, demoLimits, isDemoLimit, type LimitsPreset } from './demo-patients.ts';
export { type DemoReadingsOptions, demoReadings, type RecordedReading } from './demo-readings.ts';
export {
  type Attribute,
  type Directory,
  directoryChecksum,
  type Limit,
  type Patient,
  readDirectory,
  readLimits,
  readPatients,
  type Severity,
} from './limits-repository.ts';
export {
  insertReadings,
  type PrepareDemoOptions,
  type PreparedDemo,
  prepareDemoDatabase,
  usePreset,
} from './prepare-demo.ts';
export { streamRows } from './row-stream.ts';
export { addMissingColumns, createTables } from './schema.ts';
export { seededRandom } from './seeded-random.ts';
export { inTransaction } from './transaction.ts';
