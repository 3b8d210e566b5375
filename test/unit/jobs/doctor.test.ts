import { expect } from 'chai';
import { type Check, examine, type Finding, NotChecked } from '../../../jobs/doctor/check.ts';
import { pythonChecks } from '../../../jobs/doctor/python-checks.ts';
import { exitCodeOf, findingLines, summary } from '../../../jobs/doctor/report.ts';
import { OperatorError } from '../../../settings/index.ts';

const check = (what: string, run: Check['run'], more: Partial<Check> = {}): Check => ({
  link: 'kafka',
  from: 'here',
  what,
  after: [],
  limitMs: 5_000,
  next: 'Look at it.',
  run,
  ...more,
});
const holds = async () => 'found';
const fails = async () => {
  throw new Error('it is\nbroken');
};
const findingsOf = async (checks: readonly Check[], signal = new AbortController().signal) => {
  const findings: Finding[] = [];
  for await (const finding of examine(checks, signal)) findings.push(finding);
  return findings;
};

describe('the order of doctor’s checks', () => {
  it('leaves unchecked what needs a check that failed, and all that follows from it', async () => {
    const port = check('port', fails);
    const tls = check('tls', holds, { after: [port] });
    const login = check('login', holds, { after: [tls] });
    const other = check('topic', holds);
    const findings = await findingsOf([port, tls, login, other]);
    expect(findings.map(({ verdict, detail }) => `${verdict}: ${detail}`)).to.deep.equal([
      'failed: it is broken',
      'not checked: kafka port failed',
      'not checked: kafka tls was not checked',
      'ok: found',
    ]);
    expect(findings[0]?.next).to.equal('Look at it.');
  });

  it('looks all the same where a check that need only not fail was left out', async () => {
    const python = check('version', fails);
    const line = check('line', holds, { after: [python] });
    const topic = check('topic', holds, { from: 'cluster', unlessFailed: [line] });
    expect((await findingsOf([python, line, topic]))[2]?.verdict).to.equal('ok');
    const broken = check('line', fails);
    const [, second] = await findingsOf([broken, { ...topic, unlessFailed: [broken] }]);
    expect(second).to.include({ verdict: 'not checked', detail: 'kafka line from here failed' });
  });

  it('tells its findings in their order, and does not wait for one to begin another', async () => {
    let letGo: (detail: string) => void = () => {};
    const waiting = new Promise<string>((resolve) => {
      letGo = resolve;
    });
    const first = check('first', () => waiting);
    const second = check('second', async () => {
      letGo('let go by the second');
      return 'found';
    });
    expect((await findingsOf([first, second])).map(({ detail }) => detail)).to.deep.equal([
      'let go by the second',
      'found',
    ]);
  });

  it('does not wait for ever, and lets the check know', async () => {
    let told: AbortSignal | undefined;
    const hangs = check(
      'login',
      (signal) => {
        told = signal;
        return new Promise(() => {});
      },
      { limitMs: 20 },
    );
    const [finding] = await findingsOf([hangs]);
    expect(finding).to.include({ verdict: 'failed', detail: 'no answer within 20 ms', next: 'Look at it.' });
    expect(told?.aborted).to.equal(true);
  });

  it('ends when it is interrupted', async () => {
    const interruption = new AbortController();
    const hangs = check('login', () => {
      interruption.abort(new Error('Ctrl-C'));
      return new Promise(() => {});
    });
    const failure = await findingsOf([hangs], interruption.signal).catch((error: unknown) => error);
    expect(failure).to.include({ message: 'Ctrl-C' });
  });
});

describe('doctor’s report', () => {
  it('says what to do below a failure, and ends with 2 for settings, 1 for links', async () => {
    const next = 'Set DATABASE_HOST.';
    const findings = await findingsOf([
      check('settings', () => Promise.reject(new OperatorError('SETTING_MISSING', 'not set', { exitCode: 2, next }))),
      check('port', fails),
      check('driver', () => Promise.reject(new NotChecked('nothing to look at'))),
      check('topic', holds),
    ]);
    const [settings, port, driver, topic] = findings;
    if (!settings || !port || !driver || !topic) throw new Error('a finding is missing');
    expect(findingLines(settings).map((line) => line.trim())).to.deep.equal([
      'kafka     here     settings          FAILED  not set',
      `→ ${next}`,
    ]);
    expect(findingLines(driver)[0]).to.match(/driver +– +not checked: nothing to look at$/);
    expect(summary(findings)).to.equal('2 failed, 1 hold, 1 not checked');
    expect([[topic, driver], [topic, port], findings].map(exitCodeOf)).to.deep.equal([0, 1, 2]);
  });
});

describe('doctor’s checks of Python', () => {
  const service = (settings: Check) => ({ checks: [], settings, close: async () => {} });
  const look = async (viaTopic: boolean) => {
    const login = check('login', holds);
    const settings = check('settings', fails);
    const found = () => {
      throw new Error('nothing is found where settings fail');
    };
    const session = () =>
      Promise.reject(new OperatorError('PYTHON_MISSING', 'there is no Python', { next: 'Install it.' }));
    const spark = { checks: [], login, session, remote: async () => '', close: async () => {} };
    const parts = { ...service(settings), found };
    const explained = <T>(act: () => Promise<T>) => act();
    const { checks } = pythonChecks({ spark, kafka: parts, database: parts, mail: parts, viaTopic, explained });
    const findings = await findingsOf([login, settings, ...checks]);
    return findings
      .filter(({ link }) => link === 'python')
      .map(({ what, verdict, detail }) => `${what} ${verdict}: ${detail}`);
  };

  it('fail where there is none', async () => {
    expect(await look(false)).to.deep.equal([
      'version failed: there is no Python',
      'packages not checked: python version failed',
      'foreachBatch not checked: python packages was not checked',
    ]);
  });

  it('leave it unchecked where alerts go via topic, which needs none', async () => {
    expect(await look(true)).to.deep.equal([
      'version not checked: there is no Python; --via topic does without',
      'packages not checked: python version was not checked',
      'foreachBatch not checked: python packages was not checked',
    ]);
  });
});
