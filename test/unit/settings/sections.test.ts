import { expect } from 'chai';
import {
  databaseSettings,
  kafkaSettings,
  smtpSettings,
  sparkSettings,
  storageSettings,
} from '../../../settings/sections.ts';
import { operatorFailure } from '../../helpers/operator-failure.ts';

const database = { DATABASE_HOST: 'db.example.org', DATABASE_PASSWORD: 'hush' };

describe('settings sections', () => {
  it('fills in the defaults of the database and requires TLS', () => {
    const settings = databaseSettings(database);
    expect(settings).to.include({ port: 3306, user: 'health', database: 'health', tls: 'required', caFile: undefined });
    expect(settings.password.reveal()).to.equal('hush');
    expect(JSON.stringify(settings)).to.not.include('hush');
  });

  it('names every variable that is missing, the next step, and exits with 2', () => {
    const error = operatorFailure(() => databaseSettings({}));
    expect(error.message).to.equal('DATABASE_HOST and DATABASE_PASSWORD are not set');
    expect(error).to.include({ code: 'SETTING_MISSING', exitCode: 2 });
    expect(error.next).to.include('npm run stack -- up');
    expect(operatorFailure(() => kafkaSettings({ KAFKA_BROKERS: ' ' })).message).to.equal(
      'KAFKA_BROKERS is not set: it expects host:port, comma-separated',
    );
  });

  it('says what a wrong value should be without repeating it', () => {
    const error = operatorFailure(() =>
      databaseSettings({ ...database, DATABASE_PORT: 'hunter2', DATABASE_TLS: 'on' }),
    );
    expect(error).to.include({ code: 'SETTING_INVALID', exitCode: 2 });
    expect(error.message).to.equal(
      'DATABASE_PORT is not valid: it expects a port from 1 to 65535; DATABASE_TLS is not valid: it expects `required` or `off`',
    );
  });

  for (const wrong of ['0', '65536', '-1', '3306.5', '0x10', '1e3']) {
    it(`refuses the port ${wrong}`, () => {
      expect(operatorFailure(() => databaseSettings({ ...database, DATABASE_PORT: wrong })).message).to.include(
        'DATABASE_PORT',
      );
    });
  }

  it('keeps a password as it is, spaces too', () => {
    expect(databaseSettings({ ...database, DATABASE_PASSWORD: ' x ' }).password.reveal()).to.equal(' x ');
  });

  it('allows TLS off on this machine only', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.9.10']) {
      expect(databaseSettings({ ...database, DATABASE_HOST: host, DATABASE_TLS: 'off' }).tls).to.equal('off');
    }
    for (const host of ['db.example.org', '127.0.0.1.example.org', '10.0.0.1', 'localhost.example.org']) {
      const error = operatorFailure(() => databaseSettings({ ...database, DATABASE_HOST: host, DATABASE_TLS: 'off' }));
      expect(error).to.include({ code: 'TLS_REQUIRED', exitCode: 2 });
    }
    const mail = operatorFailure(() => smtpSettings({ SMTP_HOST: 'mx.example.org', SMTP_TLS: 'off' }));
    expect(mail.message).to.include('SMTP_TLS=off').and.include('SMTP_HOST');
  });

  it('splits brokers, and refuses what is no host:port', () => {
    expect(kafkaSettings({ KAFKA_BROKERS: 'a:1, b.example.org:9092,[::1]:3' })).to.deep.equal({
      brokers: ['a:1', 'b.example.org:9092', '[::1]:3'],
      topic: 'patient-vital-info',
      signIn: { tls: 'off', caFile: undefined, method: { kind: 'none' } },
      rejectedTopic: 'patient-vital-info-rejected',
      alertsTopic: 'patient-vital-alerts',
    });
    for (const wrong of ['a', 'a:', ':1', 'a:b', 'a:70000', 'http://a:1', 'a:1,,b:2']) {
      expect(operatorFailure(() => kafkaSettings({ KAFKA_BROKERS: wrong })).message).to.include(
        'KAFKA_BROKERS is not valid',
      );
    }
  });

  it('wants a Spark Connect address', () => {
    expect(sparkSettings({ SPARK_REMOTE: 'sc://h:15002/;token=x' }).remote).to.equal('sc://h:15002/;token=x');
    expect(operatorFailure(() => sparkSettings({ SPARK_REMOTE: 'spark://h:7077' })).message).to.include(
      'sc://host:port',
    );
  });

  it('takes mail credentials both or not at all', () => {
    const smtp = { SMTP_HOST: 'mx.example.org' };
    expect(smtpSettings(smtp)).to.include({ port: 587, from: 'alerts@instant-health.example', credentials: undefined });
    expect(smtpSettings({ ...smtp, SMTP_USER: 'u', SMTP_PASSWORD: 'p' }).credentials?.user).to.equal('u');
    expect(operatorFailure(() => smtpSettings({ ...smtp, SMTP_USER: 'u' })).message).to.equal(
      'SMTP_PASSWORD is not set, but SMTP_USER is',
    );
    expect(operatorFailure(() => smtpSettings({ ...smtp, SMTP_PASSWORD: 'p' })).message).to.include(
      'SMTP_USER is not set',
    );
  });

  it('refuses a sender that would break out of its header', () => {
    const injected = { SMTP_HOST: 'mx.example.org', MAIL_FROM: 'a@example.org\r\nBcc: b@example.org' };
    expect(operatorFailure(() => smtpSettings(injected)).message).to.include('MAIL_FROM');
  });

  it('puts HDFS_URL in front of the four directories', () => {
    const base = '/user/hadoop/instant-health';
    expect(storageSettings({}).vitals).to.equal(`${base}/patient-vital-info`);
    const settings = storageSettings({ HDFS_URL: 'hdfs://nn:8020/', QUARANTINE_DIR: '/q' });
    expect(settings).to.include({
      vitals: `hdfs://nn:8020${base}/patient-vital-info`,
      vitalsCheckpoint: `hdfs://nn:8020${base}/checkpoint-vital-info`,
      alertsCheckpoint: `hdfs://nn:8020${base}/checkpoint-vital-alerts`,
      quarantine: 'hdfs://nn:8020/q',
    });
    expect(operatorFailure(() => storageSettings({ VITALS_DIR: '../x' })).message).to.include('VITALS_DIR');
    expect(operatorFailure(() => storageSettings({ VITALS_DIR: '/a/../../x' })).message).to.include('VITALS_DIR');
  });
});
