// Against moto, an emulator of AWS over HTTP. None of this has ever run against AWS itself.
import { CreateDBClusterCommand, CreateDBInstanceCommand, RDSClient, StopDBInstanceCommand } from '@aws-sdk/client-rds';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect } from 'chai';
import { type Environment, loadEnvironment, withCloudSettings } from '../../../settings/index.ts';
import { AwsEmulator, runEntry } from '../../helpers/aws-emulator.ts';
import { setProcessEnvironment } from '../../helpers/process-environment.ts';

describe('settings that AWS fills in, against an emulator', () => {
  let emulator: AwsEmulator;
  let restore: () => void = () => {};
  let secretArn = '';

  before(async () => {
    emulator = await AwsEmulator.start();
    restore = setProcessEnvironment(emulator.environment);
    const rds = new RDSClient({});
    const instance = { DBInstanceClass: 'db.t4g.small', AllocatedStorage: 20, MasterUsername: 'administrator' };
    const managed = { ...instance, ManageMasterUserPassword: true, EnableIAMDatabaseAuthentication: true };
    await rds.send(new CreateDBInstanceCommand({ ...managed, DBInstanceIdentifier: 'vitals', Engine: 'mysql' }));
    const plain = { ...instance, MasterUserPassword: 'emulated-password' };
    await rds.send(new CreateDBInstanceCommand({ ...plain, DBInstanceIdentifier: 'stopped', Engine: 'mysql' }));
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'stopped' }));
    await rds.send(new CreateDBInstanceCommand({ ...plain, DBInstanceIdentifier: 'elephant', Engine: 'postgres' }));
    await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'aurora',
        Engine: 'aurora-mysql',
        MasterUsername: 'administrator',
        MasterUserPassword: 'emulated-password',
      }),
    );
    const secrets = new SecretsManagerClient({});
    const login = JSON.stringify({ username: 'doctor', password: 'emulated-password' });
    ({ ARN: secretArn = '' } = await secrets.send(new CreateSecretCommand({ Name: 'login', SecretString: login })));
    await secrets.send(new CreateSecretCommand({ Name: 'words', SecretString: 'no-json-but-secret' }));
  });

  after(async () => {
    restore();
    await emulator?.stop();
  });

  it('asks nothing where nothing is left to AWS', async () => {
    expect(await withCloudSettings({ DATABASE_HOST: 'here' })).to.deep.equal({ DATABASE_HOST: 'here' });
  });

  it('finds an instance, with the secret that RDS keeps for it', async () => {
    const found = await withCloudSettings({ DATABASE_RDS: 'vitals', DATABASE_AUTH: 'iam' });
    expect(found.DATABASE_HOST).to.match(/^vitals\..*\.eu-central-1\.rds\.amazonaws\.com$/);
    expect(found).to.include({ DATABASE_PORT: '3306', DATABASE_CA: 'rds' });
  });

  it('finds a cluster, and reads user and password from a secret by name or ARN', async () => {
    for (const secret of ['login', secretArn]) {
      const found = await withCloudSettings({ DATABASE_RDS: 'aurora', DATABASE_SECRET: secret });
      expect(found.DATABASE_HOST).to.match(/^aurora\.cluster-.*\.rds\.amazonaws\.com$/);
      expect(found).to.include({ DATABASE_USER: 'doctor', DATABASE_PASSWORD: 'emulated-password' });
    }
    const others = await withCloudSettings({ SMTP_SECRET: 'login', KAFKA_SECRET: 'login' });
    expect(others).to.include({ SMTP_USER: 'doctor', KAFKA_USER: 'doctor', KAFKA_PASSWORD: 'emulated-password' });
  });

  const refused: [Environment, RegExp][] = [
    [{ DATABASE_RDS: 'nothing' }, /^There is no RDS instance or cluster nothing in eu-central-1$/],
    [{ DATABASE_RDS: 'elephant' }, /^RDS instance elephant runs postgres, not MySQL or MariaDB$/],
    [{ DATABASE_RDS: 'stopped' }, /^RDS instance stopped is stopped$/],
    [{ DATABASE_RDS: 'aurora', DATABASE_AUTH: 'iam' }, /^RDS aurora does not take IAM tokens/],
    [{ DATABASE_SECRET: 'nothing' }, /^DATABASE_SECRET: Secrets Manager has no secret nothing$/],
    [{ SMTP_SECRET: 'words' }, /^SMTP_SECRET: the secret words has no user name and password$/],
  ];
  for (const [environment, message] of refused) {
    it(`refuses ${JSON.stringify(environment)}`, async () => {
      const error = await withCloudSettings({ AWS_REGION: 'eu-central-1', ...environment }).then(
        () => new Error('accepted'),
        (thrown: Error) => thrown,
      );
      expect(error.message).to.match(message);
      expect(JSON.stringify(error)).not.to.contain('no-json-but-secret');
    });
  }

  it('mixes nothing of the local stack with a database of AWS', () => {
    const { DATABASE_PASSWORD, DATABASE_HOST } = loadEnvironment({ DATABASE_RDS: 'vitals' });
    expect({ DATABASE_PASSWORD, DATABASE_HOST }).to.deep.equal({
      DATABASE_PASSWORD: process.env.DATABASE_PASSWORD,
      DATABASE_HOST: process.env.DATABASE_HOST,
    });
  });

  it('is what `produce --rds` does', async () => {
    const environment = { DATABASE_SECRET: 'login', KAFKA_BROKERS: '127.0.0.1:9' };
    const unknown = await runEntry('producer/main.ts', ['--rds', 'nothing'], environment);
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.match(/There is no RDS instance or cluster nothing in eu-central-1\n {2}Check --rds/);
    const away = await runEntry('producer/main.ts', ['--rds', 'vitals', '--limit', '1'], environment);
    expect(away.code).to.equal(1);
    // The emulated address exists nowhere: this is how far it goes without AWS.
    expect(away.stderr).to.match(/No database answers at vitals\.\S+\.rds\.amazonaws\.com:3306/);
    expect(away.stderr + away.stdout).not.to.contain('emulated-password');
  });
});
