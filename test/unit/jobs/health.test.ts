import { expect } from 'chai';
import { Health, type HealthReport } from '../../../jobs/health/health.ts';
import { HealthServer } from '../../../jobs/health/health-server.ts';
import type { BatchReport } from '../../../jobs/query-progress.ts';

const BATCH: BatchReport = {
  query: 'vital-alerts',
  batchId: 7,
  rows: 3,
  rowsPerSecond: 1,
  durationMs: 10,
  phasesMs: {},
  lag: 0,
  at: '2026-01-05T08:00:00.000Z',
};

describe('health of a driver', () => {
  let nowMs: number;
  let leaseAgeMs: number;
  const job = { job: { name: 'vital-alerts' }, queries: [{ name: 'vital-alerts' }], leaseAgeMs: () => leaseAgeMs };

  function health(maxBatchAgeMs?: number): Health {
    nowMs = 1_000_000;
    leaseAgeMs = 400;
    return new Health({ now: () => nowMs, ...(maxBatchAgeMs === undefined ? {} : { maxBatchAgeMs }) });
  }

  it('waits before there are queries, and while it stands by', () => {
    const watched = health();
    expect(watched.report()).to.deep.equal({ status: 'waiting', reasons: [], jobs: [] });
    watched.follows([job]);
    watched.follows([]);
    expect(watched.report().status).to.equal('waiting');
  });

  it('tells the lease and the last batch of each query', () => {
    const watched = health();
    watched.follows([job]);
    watched.heard('vital-alerts', [BATCH]);
    nowMs += 2_500;
    watched.heard('vital-alerts', []);
    nowMs += 500;
    expect(watched.report()).to.deep.equal({
      status: 'ok',
      reasons: [],
      jobs: [
        {
          job: 'vital-alerts',
          leaseAgeS: 0.4,
          queries: [{ query: 'vital-alerts', heardAgeS: 0.5, lastBatch: { batchId: 7, rows: 3, ageS: 3 } }],
        },
      ],
    });
  });

  it('fails when the lease was not renewed, and when Spark does not answer', () => {
    const watched = health();
    watched.follows([job]);
    nowMs += 61_000;
    leaseAgeMs = 65_000;
    expect(watched.report()).to.deep.include({
      status: 'failing',
      reasons: ['vital-alerts: the lease was not renewed for 65 s', 'vital-alerts: Spark has not answered for 61 s'],
    });
    watched.heard('vital-alerts', []);
    leaseAgeMs = 100;
    expect(watched.report().status).to.equal('ok');
  });

  it('names who does not answer where it is not Spark', () => {
    const watched = health();
    watched.follows([{ ...job, heardFrom: 'Kafka' }]);
    nowMs += 61_000;
    expect(watched.report().reasons).to.deep.equal(['vital-alerts: Kafka has not answered for 61 s']);
  });

  it('fails for an old batch only where that was asked for', () => {
    for (const [limit, status] of [
      [undefined, 'ok'],
      [60_000, 'failing'],
    ] as const) {
      const watched = health(limit);
      watched.follows([job]);
      watched.heard('vital-alerts', [BATCH]);
      nowMs += 90_000;
      watched.heard('vital-alerts', []);
      expect(watched.report().status).to.equal(status);
    }
  });

  it('is answered over HTTP, with 503 when it fails', async () => {
    const watched = health();
    const server = await HealthServer.open(0, watched);
    try {
      const ask = async (path: string, method = 'GET') => {
        const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
        return { code: answer.status, text: await answer.text() };
      };
      watched.follows([job]);
      const good = await ask('/health');
      expect(good.code).to.equal(200);
      expect((JSON.parse(good.text) as HealthReport).status).to.equal('ok');
      leaseAgeMs = 65_000;
      expect((await ask('/health')).code).to.equal(503);
      expect(await ask('/health', 'HEAD')).to.deep.equal({ code: 503, text: '' });
      expect((await ask('/else')).code).to.equal(404);
      expect((await ask('/health', 'POST')).code).to.equal(404);
      const second = await HealthServer.open(server.port, watched).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(second).to.include({ code: 'HEALTH_PORT_UNUSABLE', exitCode: 2 });
      expect(second?.message).to.contain('another process uses it');
    } finally {
      await server.close();
    }
  });
});
