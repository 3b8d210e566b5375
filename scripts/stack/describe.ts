import type { StackState } from '../../settings/index.ts';
import type { SparkVersion } from '../setup/index.ts';
import { preferredSpark, sparkVersionOf } from './catalogue.ts';
import type { Service, ServiceContext } from './service.ts';
import { sparkRemote } from './services/spark.ts';

/** What the state file tells other commands. */
export function describeStack(
  members: readonly Service[],
  context: ServiceContext,
  asked: readonly SparkVersion[],
): Pick<StackState, 'environment' | 'sparkRemotes' | 'links'> {
  const sparks = members.flatMap(({ name }) => sparkVersionOf(name) ?? []);
  const preferred = preferredSpark(sparks, asked);
  // The default server comes last, so that its address and links win.
  const ordered = [...members].sort(
    (one, other) => Number(sparkVersionOf(one.name) === preferred) - Number(sparkVersionOf(other.name) === preferred),
  );
  return {
    environment: Object.assign({}, ...ordered.map((service) => service.environment(context))),
    sparkRemotes: Object.fromEntries(sparks.map((version) => [version, sparkRemote(context, version)])),
    links: Object.assign({}, ...ordered.map((service) => service.links(context))),
  };
}
