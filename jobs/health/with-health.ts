import { type Logger, parseDuration } from '../../settings/index.ts';
import type { SubmitOptions } from '../submit-options.ts';
import { Health } from './health.ts';
import { HealthServer } from './health-server.ts';

/** Does its work with the health endpoint open where one was asked for. */
export async function withHealth(
  { healthPort, healthMaxBatchAge }: Pick<SubmitOptions, 'healthPort' | 'healthMaxBatchAge'>,
  log: Logger,
  work: (health: Health | undefined) => Promise<void>,
): Promise<void> {
  if (healthPort === undefined) return await work(undefined);
  const maxBatchAge = healthMaxBatchAge && parseDuration(healthMaxBatchAge, '--health-max-batch-age');
  const health = new Health(maxBatchAge ? { maxBatchAgeMs: maxBatchAge } : {});
  const server = await HealthServer.open(healthPort, health);
  log.info(`health: http://127.0.0.1:${server.port}/health`);
  try {
    await work(health);
  } finally {
    await server.close();
  }
}
