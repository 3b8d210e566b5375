import { expect } from 'chai';
import * as everything from '../../src/index.ts';

/** What users may rely on: a name that goes from here is a breaking change. */
const NAMES = `
  CalendarInterval Catalog Column DEFAULT_RETRY_POLICY DataFrame DataFrameNaFunctions DataFrameReader DataFrameStatFunctions
  DataFrameWriter DataFrameWriterV2 DataStreamReader DataStreamWriter DayTimeInterval Decimal Geography Geometry GroupedData
  LocalDate LocalDateTime LocalTime MergeIntoWriter Observation RowBatch STREAMING_RETRY_POLICY SessionConf SparkConnectError
  SparkSession SparkSessionBuilder StorageLevels StreamingQuery StreamingQueryManager StructType TableArg
  TableValuedFunction Timestamp Variant WhenMatched WhenNotMatched Window WindowSpec YearMonthInterval callPython col
  expr functions lit parseDDL rowValues types
`;

describe('the public face', () => {
  it('has these names', () => {
    expect(Object.keys(everything).sort()).to.deep.equal(NAMES.split(/\s+/).filter(Boolean).sort());
  });
});
