/**
 * What older servers lack. Protobuf lets them overlook what they do not know, so a plan must be checked before it is sent:
 * `try_cast` would be a plain cast on 3.5, and a relation that it does not know an empty one.
 */
import { SparkConnectError } from '../errors.ts';
import { FUNCTIONS_SINCE } from './functions-since.ts';
import { typesInSchema } from './schema-types.ts';

interface Feature {
  readonly name: string;
  /** The first version that has it, e.g. `4.0`. */
  readonly since: string;
}

const COLLATION: Feature = { name: 'a collation', since: '4.0' };

/** By the message's type. */
const MESSAGES: Readonly<Record<string, Feature>> = {
  Transpose: { name: 'transpose', since: '4.0' },
  LateralJoin: { name: 'lateralJoin', since: '4.0' },
  SubqueryExpression: { name: 'a subquery (scalar, exists, isin, asTable)', since: '4.0' },
  UnresolvedTableValuedFunction: { name: 'a table-valued function', since: '4.0' },
  CheckpointCommand: { name: 'checkpoint', since: '4.0' },
  MergeIntoTableCommand: { name: 'mergeInto', since: '4.0' },
  CloneSessionRequest: { name: 'cloneSession', since: '4.1' },
  StreamingQueryListenerBusCommand: { name: 'the listener bus', since: '4.0' },
  AsOfJoin: { name: 'joinAsOf', since: '4.0' },
  'Expression.DirectShufflePartitionID': { name: 'repartitionById', since: '4.1' },
  ChunkedCachedLocalRelation: { name: 'a local relation in chunks', since: '4.1' },
  'Expression.Literal.Time': { name: 'a TIME literal', since: '4.1' },
  'DataType.Time': { name: 'TIME', since: '4.1' },
  'DataType.Variant': { name: 'VARIANT', since: '4.0' },
  'DataType.Geometry': { name: 'GEOMETRY', since: '4.1' },
  'DataType.Geography': { name: 'GEOGRAPHY', since: '4.1' },
};

/** By a field's value in a message of this type. */
const FIELDS: Readonly<
  Record<string, readonly (Feature & { readonly field: string; readonly when: (value: unknown) => boolean })[]>
> = {
  'Expression.Cast': [{ field: 'evalMode', when: (mode) => mode === 3, name: 'tryCast', since: '4.0' }],
  'Expression.UnresolvedAttribute': [
    { field: 'isMetadataColumn', when: (value) => value === true, name: 'metadataColumn', since: '4.0' },
  ],
  'Expression.UnresolvedStar': [
    { field: 'planId', when: (id) => id !== undefined, name: "the '*' of one DataFrame among several", since: '4.0' },
  ],
  'DataType.String': [{ field: 'collation', when: (collation) => collation !== '', ...COLLATION }],
  Aggregate: [{ field: 'groupingSets', when: isFilled, name: 'groupingSets', since: '4.0' }],
  WriteOperation: [{ field: 'clusteringColumns', when: isFilled, name: 'clusterBy', since: '4.0' }],
  WriteOperationV2: [{ field: 'clusteringColumns', when: isFilled, name: 'clusterBy', since: '4.0' }],
  WriteStreamOperationStart: [{ field: 'clusteringColumnNames', when: isFilled, name: 'clusterBy', since: '4.0' }],
  SQL: [
    { field: 'namedArguments', when: isFilled, name: 'an argument that is no literal', since: '4.0' },
    { field: 'posArguments', when: isFilled, name: 'an argument that is no literal', since: '4.0' },
  ],
  SqlCommand: [
    { field: 'input', when: (input) => input !== undefined, name: 'a DataFrame as a part of sql()', since: '4.0' },
    { field: 'namedArguments', when: isFilled, name: 'an argument that is no literal', since: '4.0' },
    { field: 'posArguments', when: isFilled, name: 'an argument that is no literal', since: '4.0' },
  ],
};

const PREFIX = 'spark.connect.';
/** From this version on there is nothing to check. */
const NEWEST = '4.1';

/**
 * Looks through a request for what the server is too old for.
 *
 * @param version the server's, e.g. `3.5.7`
 * @throws SparkConnectError `unsupported`, with the version that has it
 */
export function requireFeatures(request: object, version: string): void {
  if (isAtLeast(version, NEWEST)) return;
  const pending: unknown[] = [request];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue;
    const feature = featureOf(value as Readonly<Record<string, unknown>>, version);
    if (feature !== undefined) {
      throw new SparkConnectError(
        'unsupported',
        `${feature.name} exists from Spark ${feature.since} on; this server has ${version}`,
      );
    }
    for (const inner of Object.values(value)) pending.push(inner);
  }
}

function featureOf(message: Readonly<Record<string, unknown>>, version: string): Feature | undefined {
  const { $typeName } = message;
  if (typeof $typeName !== 'string' || !$typeName.startsWith(PREFIX)) return undefined;
  const type = $typeName.slice(PREFIX.length);
  const found = [
    MESSAGES[type],
    ...(FIELDS[type] ?? []).filter(({ field, when }) => when(message[field])),
    type === 'Expression.UnresolvedFunction' ? functionFeature(message.functionName) : undefined,
    ...(type === 'LocalRelation' ? schemaFeatures(message.schema) : []),
  ];
  return found.find((feature) => feature !== undefined && !isAtLeast(version, feature.since));
}

function functionFeature(name: unknown): Feature | undefined {
  const since = typeof name === 'string' ? FUNCTIONS_SINCE[name] : undefined;
  return since === undefined ? undefined : { name: `the function ${String(name)}`, since };
}

/** Of rows that travel with a plan, whose schema is a text: 3.5 overlooks collations, and cannot read the names of newer types. */
function schemaFeatures(schema: unknown): (Feature | undefined)[] {
  if (typeof schema !== 'string') return [];
  return Array.from(typesInSchema(schema), (type) => (type === 'collation' ? COLLATION : MESSAGES[type]));
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Whether a version such as `4.1.1` is this one (`4.1`) or a later one. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
