import { expect } from 'chai';
import { serverAddress } from '../../../jobs/targets/server-address.ts';
import { type TargetOptions, targetOf } from '../../../jobs/targets/target.ts';
import { targetSettings } from '../../../settings/index.ts';
import { operatorFailure } from '../../helpers/operator-failure.ts';

describe('a target', () => {
  it('is recognised from its form, whichever option or variable it comes by', () => {
    const server = { kind: 'server', remote: 'sc://h:15002' };
    const cluster = { kind: 'cluster', cluster: 'j-2AXXXXXXGAPLF' };
    const application = { kind: 'application', application: '00f1r4bhl9cmfk09' };
    for (const target of [server, cluster, application]) {
      const text = Object.values(target)[1] ?? '';
      for (const option of ['remote', 'cluster', 'application'])
        expect(targetOf({ [option]: text }, {}), option).to.deep.equal(target);
      expect(targetOf({}, { SPARK_REMOTE: text })).to.deep.equal(target);
    }
  });

  it('is a cluster by name only where --cluster says so', () => {
    expect(targetOf({ cluster: 'vitals of ward 7' }, {})).to.deep.equal({
      kind: 'cluster',
      cluster: 'vitals of ward 7',
    });
    expect(operatorFailure(() => targetOf({ remote: 'vitals' }, {})).message).to.match(/^--remote is not valid/);
    expect(operatorFailure(() => targetOf({ application: 'vitals' }, {})).message).to.match(
      /^--application is not valid/,
    );
  });

  it('is not repeated where it is wrong: it may be a token in the wrong place', () => {
    for (const options of [{ remote: 'secret:4711' }, { cluster: 'a:secret/4711' }] satisfies TargetOptions[]) {
      const error = operatorFailure(() => targetOf(options, {}));
      expect(error.exitCode).to.equal(2);
      expect(error.message).not.to.include('4711');
    }
  });

  it('is one: two are refused', () => {
    const error = operatorFailure(() => targetOf({ remote: 'sc://h', cluster: 'j-2AXXXXXXGAPLF' }, {}));
    expect(error.message).to.equal('--remote and --cluster name two targets');
  });
});

describe('the address of a session', () => {
  it('is read from a host, a host with a port, and a URL, and always has a port', () => {
    for (const [endpoint, address] of [
      ['abc.emr.eu-central-1.amazonaws.com', 'sc://abc.emr.eu-central-1.amazonaws.com:443/;use_ssl=true'],
      ['sc://abc.example:8443', 'sc://abc.example:8443/;use_ssl=true'],
      ['https://abc.example/', 'sc://abc.example:443/;use_ssl=true'],
      ['sc://abc.example:443/;use_ssl=true', 'sc://abc.example:443/;use_ssl=true'],
    ] as const)
      expect(serverAddress(endpoint)).to.equal(address);
    expect(operatorFailure(() => serverAddress('')).code).to.equal('EMR_ANSWER_INCOMPLETE');
  });
});

describe('the settings of targets', () => {
  it('have defaults, and name the variable that is wrong', () => {
    expect(targetSettings({})).to.deep.include({ tunnel: 'ssm', sessionIdleMinutes: 60, sessionRole: undefined });
    expect(targetSettings({ EMR_SESSION_IDLE: '2h' }).sessionIdleMinutes).to.equal(120);
    for (const [variable, value] of [
      ['SPARK_CA', '/nowhere/ca.pem'],
      ['EMR_TUNNEL', 'telnet'],
      ['EMR_SSH_KEY', '/nowhere/key'],
      ['EMR_SESSION_ROLE', 'admin'],
      ['EMR_SESSION_IDLE', '25h'],
      ['EMR_SESSION_IDLE', '10s'],
    ] as const)
      expect(operatorFailure(() => targetSettings({ [variable]: value })).message, value).to.include(
        `${variable} is not valid`,
      );
  });
});
