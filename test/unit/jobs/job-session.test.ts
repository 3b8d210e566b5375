import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { jobSessionId } from '../../../jobs/job-session.ts';
import { requireSupportedSpark } from '../../../jobs/spark-version.ts';

describe('the id of a job session', () => {
  it('is a UUID, the same for the same job and directory, and another for any other', () => {
    const ids = [
      jobSessionId('vital-alerts', '/a', 0),
      jobSessionId('vital-alerts', '/a', 1),
      jobSessionId('vital-alerts', '/b', 0),
      jobSessionId('patient-vitals', '/a', 0),
    ];
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(jobSessionId('vital-alerts', '/a', 0)).to.equal(ids[0]);
  });
});

describe('requireSupportedSpark', () => {
  const server = (version: string) => ({ version: () => Promise.resolve(version) }) as unknown as SparkSession;

  for (const version of ['3.5.0', '3.5.7', '3.5.6-amzn-1', '4.0.0', '4.1.1', '4.2.0']) {
    it(`takes ${version}`, () => requireSupportedSpark(server(version)));
  }

  for (const version of ['3.4.4', '3.3.0', '5.0.0', '13.5.0', 'unknown']) {
    it(`refuses ${version}, and says what is needed`, async () => {
      const error = await requireSupportedSpark(server(version)).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'SPARK_VERSION_UNSUPPORTED', exitCode: 2 });
      expect(error)
        .to.have.property('message')
        .that.contains(`(SPARK_REMOTE) runs Spark ${version}; the jobs need 3.5 or 4`);
    });
  }
});
