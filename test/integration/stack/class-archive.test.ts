import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheLayout } from '../../../scripts/setup/cache.ts';
import { isSparkVersion } from '../../../scripts/setup/versions.ts';
import { isAlive } from '../../../scripts/stack/process.ts';
import { readStackState } from '../../../settings/index.ts';
import { sparkVersion } from '../../helpers/jobs-surroundings.ts';

describe("the archive of a Spark's classes", () => {
  it('is what the server of the stack has read them from', function () {
    const version = sparkVersion();
    const state = readStackState();
    const server = state?.services[`spark-${version}`];
    if (!isSparkVersion(version) || state?.mode !== 'native' || !isAlive(server)) return this.skip();
    const archive = join(cacheLayout().classArchive(version), 'classes.jsa');
    // A stack that was brought up before there was one goes on without.
    const startedAt = statSync(`/proc/${server.pid}`).ctimeMs;
    if (!existsSync(archive) || statSync(archive).ctimeMs > startedAt) return this.skip();
    expect(readFileSync(`/proc/${server.pid}/maps`, 'utf8')).to.include(archive);
  });
});
