import type { ConnectOptions } from '@instant-health/spark-connect';
import type { TargetSettings } from '../../settings/index.ts';

/** A Spark Connect server that can be reached now, and how. */
export interface SparkServer {
  /** `sc://host:port/;…`; shown to people through maskRemote only. */
  readonly remote: string;
  /** What a client needs beyond the address: authority, headers of each call. */
  readonly connection: Pick<ConnectOptions, 'caFile' | 'callHeaders'>;
  /** A proxy on the way counts calls: ask rarely. */
  readonly isMetered: boolean;
}

const NO_AUTHORITY = { sparkCa: undefined };

/** A server by its address alone. */
export function plainServer(remote: string, settings: Pick<TargetSettings, 'sparkCa'> = NO_AUTHORITY): SparkServer {
  return { remote, connection: trust(settings), isMetered: false };
}

/** The authority of one's own, where SPARK_CA names one. */
export function trust({ sparkCa }: Pick<TargetSettings, 'sparkCa'>): Pick<ConnectOptions, 'caFile'> {
  return sparkCa === undefined ? {} : { caFile: sparkCa };
}
