import { readFileSync } from 'node:fs';
import { callPython, type SparkSession } from '@instant-health/spark-connect';
import { z } from 'zod';
import type { Address } from './line.ts';

/** What the workers' Python needs for PySpark's Connect functions: the names that they import. */
const PACKAGES = ['pandas', 'pyarrow', 'grpc', 'grpc_status', 'google.rpc'] as const;

/** What to install where one of {@link PACKAGES} is missing. */
export const INSTALL = 'pip install pandas pyarrow grpcio grpcio-status googleapis-common-protos';

/** A service that a worker shall try to reach. */
export interface ProbedLine {
  readonly id: string;
  readonly addresses: readonly Address[];
  /** How TLS begins there; none where undefined. */
  readonly tls: 'at once' | 'mysql' | 'smtp' | undefined;
  /** PEM text of the authority; the worker's own where undefined. */
  readonly ca: string | undefined;
}

const lineSchema = z.union([
  z.object({ found: z.string() }),
  z.object({ stage: z.enum(['dns', 'port', 'tls']), at: z.string(), said: z.string() }),
]);

const answerSchema = z.object({
  python: z.string(),
  node: z.string(),
  missing: z.array(z.string()),
  lines: z.record(z.string(), lineSchema),
});

/** What a worker of the cluster has told. */
export type ProbeAnswer = z.output<typeof answerSchema>;

/** @throws SparkConnectError where the workers have no Python that can be asked */
export async function probeCluster(
  spark: SparkSession,
  lines: readonly ProbedLine[],
  signal: AbortSignal,
  packages: readonly string[] = PACKAGES,
): Promise<ProbeAnswer> {
  const source = readFileSync(new URL('./probe.py', import.meta.url), 'utf8');
  const question = {
    packages,
    lines: lines.map((line) => ({ ...line, tls: line.tls ?? null, ca: line.ca ?? null })),
  };
  const answer = await callPython(spark, { source, name: 'examine', argument: JSON.stringify(question) }, { signal });
  return answerSchema.parse(JSON.parse(answer));
}
