import { expect } from 'chai';
import { runEntry } from '../../helpers/aws-emulator.ts';

describe('produce, where Kafka does not take the sign-in', () => {
  const produce = (environment: NodeJS.ProcessEnv) =>
    runEntry('producer/main.ts', ['--limit', '1', '--quiet'], { KAFKA_TLS: 'off', ...environment });

  it('says so, and shows no password', async () => {
    const password = 'kafka-secret-4711';
    // The stack's broker asks nobody who he is.
    const scram = { KAFKA_AUTH: 'scram-sha-512', KAFKA_USER: 'vitals', KAFKA_PASSWORD: password, LOG_LEVEL: 'debug' };
    const { code, stdout, stderr } = await produce(scram);
    expect(code).to.equal(1);
    expect(stderr).to.match(/error: Kafka at \S+ refuses the sign-in: .*\n {2}Check KAFKA_AUTH/);
    expect(stdout + stderr).not.to.contain(password);
  });

  it('names what is missing', async () => {
    const { code, stderr } = await produce({ KAFKA_AUTH: 'scram-sha-512' });
    expect(code).to.equal(2);
    expect(stderr).to.contain('KAFKA_AUTH=scram-sha-512 needs KAFKA_USER and KAFKA_PASSWORD');
  });
});
