import { expect } from 'chai';
import { sparkSignInOptions } from '../../../producer/contract/spark-sign-in.ts';
import { kafkaSignInOptions, mskToken } from '../../../producer/kafka-sign-in.ts';
import { type Environment, kafkaSettings } from '../../../settings/index.ts';

const MSK = 'boot-abc.c1.kafka-serverless.eu-central-1.amazonaws.com:9098';
const signIn = (environment: Environment) => kafkaSettings({ KAFKA_BROKERS: MSK, ...environment }).signIn;
const SCRAM = { KAFKA_AUTH: 'scram-sha-512', KAFKA_USER: 'vitals', KAFKA_PASSWORD: 'a"b\\c' };

describe('signing in to Kafka', () => {
  it('is off by default, for Spark too', () => {
    expect(kafkaSignInOptions(signIn({}))).to.deep.equal({});
    expect(sparkSignInOptions(signIn({}))).to.deep.equal({});
  });

  it('encrypts alone, where only that is asked for', () => {
    expect(kafkaSignInOptions(signIn({ KAFKA_TLS: 'required' }))).to.deep.equal({ ssl: true });
    expect(sparkSignInOptions(signIn({ KAFKA_TLS: 'required' }))).to.deep.equal({ 'kafka.security.protocol': 'SSL' });
  });

  it('uses SCRAM with a user and a password', () => {
    expect(kafkaSignInOptions(signIn(SCRAM))).to.deep.equal({
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'vitals', password: 'a"b\\c' },
    });
    expect(sparkSignInOptions(signIn(SCRAM))).to.deep.equal({
      'kafka.security.protocol': 'SASL_SSL',
      'kafka.sasl.mechanism': 'SCRAM-SHA-512',
      'kafka.sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="vitals" password="a\\"b\\\\c";',
    });
  });

  it('uses IAM with MSK, in the region that the broker is in', () => {
    const msk = signIn({ KAFKA_AUTH: 'msk-iam', AWS_REGION: 'us-east-1' });
    expect(msk.method).to.deep.equal({ kind: 'msk-iam', region: 'eu-central-1' });
    expect(kafkaSignInOptions(msk)).to.have.nested.property('sasl.mechanism', 'oauthbearer');
    expect(sparkSignInOptions(msk)).to.include({
      'kafka.security.protocol': 'SASL_SSL',
      'kafka.sasl.mechanism': 'AWS_MSK_IAM',
    });
  });

  it('does not show the password when settings are printed', () => {
    expect(JSON.stringify(signIn(SCRAM))).not.to.contain('a\\"b');
  });

  const refused: [Environment, RegExp][] = [
    [{ KAFKA_AUTH: 'kerberos' }, /KAFKA_AUTH is not valid: it expects none, msk-iam, scram-sha-512/],
    [{ KAFKA_AUTH: 'scram-sha-512', KAFKA_USER: 'vitals' }, /needs KAFKA_USER and KAFKA_PASSWORD/],
    [{ ...SCRAM, KAFKA_TLS: 'off' }, /KAFKA_TLS=off is for this machine only/],
    [{ KAFKA_AUTH: 'msk-iam', KAFKA_BROKERS: 'kafka.example:9098' }, /needs the region/],
  ];
  for (const [environment, message] of refused) {
    it(`refuses ${Object.keys(environment).join(', ')}: ${message.source.slice(0, 40)}`, () => {
      expect(() => signIn(environment))
        .to.throw(message)
        .that.includes({ exitCode: 2 });
    });
  }

  it('says which CA cannot be read', () => {
    const missing = signIn({ ...SCRAM, KAFKA_CA: '/nowhere/ca.pem' });
    expect(() => kafkaSignInOptions(missing)).to.throw(/KAFKA_CA: \/nowhere\/ca\.pem cannot be read/);
  });
});

describe("MSK's token", () => {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const before = names.map((name) => process.env[name]);

  afterEach(() => {
    names.forEach((name, index) => {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });

  it('is a signed request to connect, which holds no secret', async () => {
    process.env.AWS_ACCESS_KEY_ID = 'emulated';
    process.env.AWS_SECRET_ACCESS_KEY = 'emulated-secret-key';
    const request = new URL(Buffer.from(await mskToken('eu-central-1'), 'base64url').toString());
    expect(request.host).to.equal('kafka.eu-central-1.amazonaws.com');
    expect(request.searchParams.get('Action')).to.equal('kafka-cluster:Connect');
    expect(request.searchParams.get('X-Amz-Credential')).to.match(/^emulated\/\d+\/eu-central-1\/kafka-cluster\//);
    expect(request.href).not.to.contain('emulated-secret-key');
  });
});
