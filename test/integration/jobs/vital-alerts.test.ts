import { expect } from 'chai';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { type Command, endCommands, run, submitCommand } from '../../helpers/submit.ts';

const TRIGGER = ['--trigger', '500 milliseconds'];

describe('vital-alerts', () => {
  let around: JobSurroundings;
  let job: Command;

  before(async () => {
    around = await createSurroundings('alerts');
    job = submitCommand(['vital-alerts', '--json', ...TRIGGER], around.environment);
    await job.running(1);
  });

  after(async () => {
    await endCommands();
    await around.close();
  });

  /** What the mails from the n-th on say, sorted. */
  function told(from: number): string[] {
    return around.mail.mails
      .slice(from)
      .map(
        ({ mail, to }) =>
          `${to.join()} ${patientOf(mail.text)} ${/(?:Heart|Blood).*(?:low|high)/.exec(mail.text ?? '')?.[0]}`,
      )
      .sort();
  }

  /** Waits until the job has handled all messages, so that what did not come will not come. */
  async function handled(rows: number): Promise<void> {
    await job.until(({ rowsOf }) => rowsOf.call(job, 'vital-alerts') >= rows, `${rows} rows to be handled`);
  }

  it('sends one mail for each patient, attribute and direction of a batch, to the doctor of the patient', async () => {
    // One partition and one send: one batch.
    await around.writer.readings([
      { customerId: 1, heartBeat: 100, bp: 200 },
      { customerId: 1, heartBeat: 120, bp: 200 },
      { customerId: 1, heartBeat: 30, bp: 200 },
      { customerId: 1, heartBeat: 74, bp: 240 },
    ]);
    await around.mail.arrived(3, 60_000);
    await handled(4);
    expect(told(0)).to.deep.equal([
      'alder@ward-a.example.org 1 Blood pressure too high',
      'alder@ward-a.example.org 1 Heart beat too high',
      'alder@ward-a.example.org 1 Heart beat too low',
    ]);
    const high = around.mail.mails.find(({ mail }) => mail.text?.includes('Heart beat too high'))?.mail.text ?? '';
    expect(high)
      .to.match(/Highest value:\s+120 bpm/)
      .and.match(/Readings out of range:\s+2\b/);
  });

  it('sends no mail about readings inside of the limits, on their ends or unreadable', async () => {
    const before = around.mail.mails.length;
    await around.writer.readings([
      { customerId: 1, heartBeat: 70, bp: 161 },
      { customerId: 1, heartBeat: 78, bp: 220 },
    ]);
    await around.writer.raw({ value: 'nonsense', key: '1' }, { value: null, key: '1' }, { value: '', key: '1' });
    // Of a partition everything that comes before an alert has been handled before it.
    await around.writer.readings([{ customerId: 1, heartBeat: 69, bp: 200 }]);
    await around.mail.arrived(before + 1, 30_000);
    await handled(10);
    expect(told(before)).to.deep.equal(['alder@ward-a.example.org 1 Heart beat too low']);
  });

  it('applies thresholds changed in the database from the next batch', async () => {
    const before = around.mail.mails.length;
    await around.connection.query(
      "UPDATE threshold_reference SET upper_limit = 200 WHERE attribute = 'heartBeat' AND high_age_limit = 40",
    );
    await around.writer.readings([{ customerId: 1, heartBeat: 199, bp: 200 }]);
    await around.writer.readings([{ customerId: 1, heartBeat: 201, bp: 200 }]);
    await around.mail.arrived(before + 1, 30_000);
    await handled(12);
    expect(told(before)).to.deep.equal(['alder@ward-a.example.org 1 Heart beat too high']);
    expect(around.mail.mails.at(-1)?.mail.text).to.match(/Value:\s+201 bpm/);
  });

  it("lets a patient's own limit win as soon as it is in the table", async () => {
    const before = around.mail.mails.length;
    await around.connection.query(
      `INSERT INTO threshold_reference
         (attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity, message)
       VALUES ('heartBeat', 2, 0, 150, 100, 110, 'critical', 'own')`,
    );
    await around.writer.readings([
      { customerId: 2, heartBeat: 70, bp: 160 },
      { customerId: 3, heartBeat: 105, bp: 160 },
    ]);
    await around.mail.arrived(before + 2, 30_000);
    await handled(14);
    expect(told(before)).to.deep.equal([
      'alder@ward-a.example.org 2 Heart beat too low',
      'birch@ward-b.example.org 3 Heart beat too high',
    ]);
    expect(around.mail.mails.slice(before).filter(({ mail }) => mail.subject?.startsWith('CRITICAL'))).to.have.length(
      1,
    );
  });

  it('reports readings of patients without limits, and counts them in status', async () => {
    await around.writer.readings([
      { customerId: 77, heartBeat: 300, bp: 300 },
      { customerId: 78, heartBeat: 70, bp: 160 },
    ]);
    await job.line(/4 measurements of 2 patients have no limits|2 measurements of 1 patients have no limits/, 30_000);
    await handled(16);
    const status = await run('jobs/status.ts', ['--json'], around.environment);
    const { jobs } = JSON.parse(status.stdout) as { jobs: { job: string; running: boolean; counts: object }[] };
    const alerts = jobs.find(({ job: name }) => name === 'vital-alerts');
    expect(alerts?.running).to.equal(true);
    expect(alerts?.counts).to.deep.equal({ 'mails sent': 7, 'measurements without limits': 4 });
  });

  it('tells of each batch without any patient, value or address', () => {
    const events = job.json();
    expect(events.filter(({ counts }) => counts !== undefined)).to.not.be.empty;
    const text = job.told();
    expect(text).not.to.match(/example\.org|alder|birch|Demo Patient|\b201\b|\b199\b/);
    expect(text).not.to.contain(around.environment.DATABASE_PASSWORD ?? 'no password');
  });

  it('ends with 130 on Ctrl-C and leaves no query behind', async () => {
    const ended = await job.interrupt();
    expect(ended.code, ended.stderr).to.equal(130);
    expect(ended.stderr).not.to.match(/error|Unhandled/i);
    const { stdout } = await run('jobs/status.ts', [], around.environment);
    expect(stdout).to.match(/^vital-alerts +not running/m);
  });
});

function patientOf(text: string | undefined): string {
  return /^Patient:\s+(\d+)/m.exec(text ?? '')?.[1] ?? '?';
}
