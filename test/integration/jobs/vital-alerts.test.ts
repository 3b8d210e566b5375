import { expect } from 'chai';
import { eventually } from '../../helpers/eventually.ts';
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

  /** What the mails from the n-th on say: recipient, patient and headline of each section, sorted. */
  function told(from: number): string[] {
    return around.mail.mails
      .slice(from)
      .flatMap(({ mail, to }) =>
        sectionsOf(mail.text).map(({ patient, headline }) => `${to.join()} ${patient} ${headline}`),
      )
      .sort();
  }

  /** Waits until the job has handled all messages, so that what did not come will not come. */
  async function handled(rows: number): Promise<void> {
    await job.until(({ rowsOf }) => rowsOf.call(job, 'vital-alerts') >= rows, `${rows} rows to be handled`);
  }

  it('tells in one mail what goes out of limits with a patient in a batch, to the doctor of the patient', async () => {
    // One partition and one send: one batch.
    await around.writer.readings([
      { customerId: 1, heartBeat: 100, bp: 200 },
      { customerId: 1, heartBeat: 120, bp: 200 },
      { customerId: 1, heartBeat: 30, bp: 200 },
      { customerId: 1, heartBeat: 74, bp: 240 },
    ]);
    await around.mail.arrived(1);
    await handled(4);
    expect(around.mail.mails).to.have.length(1);
    expect(told(0)).to.deep.equal([
      'alder@ward-a.example.org 1 Blood pressure too high, 240 mmHg',
      'alder@ward-a.example.org 1 Heart beat too high, 100 bpm',
      'alder@ward-a.example.org 1 Heart beat too low, 30 bpm',
    ]);
  });

  it('tells of the end when readings have been back inside of the limits, and of nothing in between', async () => {
    await around.writer.readings([
      { customerId: 1, heartBeat: 70, bp: 161 },
      { customerId: 1, heartBeat: 78, bp: 220 },
    ]);
    await around.mail.arrived(2);
    await around.writer.raw({ value: 'nonsense', key: '1' }, { value: null, key: '1' }, { value: '', key: '1' });
    await around.writer.readings([{ customerId: 1, heartBeat: 75, bp: 200 }]);
    await around.mail.arrived(3);
    await handled(10);
    expect(told(1)).to.deep.equal([
      'alder@ward-a.example.org 1 Blood pressure back in range, 200 mmHg',
      'alder@ward-a.example.org 1 Heart beat back in range, 70 bpm',
      'alder@ward-a.example.org 1 Heart beat back in range, 78 bpm',
    ]);
    const [opening, ...followUps] = around.mail.mails.map(({ mail }) => mail);
    for (const followUp of followUps) {
      expect(followUp.references).to.include(opening?.messageId);
      expect(followUp.inReplyTo).to.equal(opening?.messageId);
    }
    expect(followUps.map(({ text }) => /Readings out of range: +(\d+)/.exec(text ?? '')?.[1])).to.have.members([
      '2',
      '1',
    ]);
  });

  it('applies thresholds changed in the database from the next batch', async () => {
    const before = around.mail.mails.length;
    await around.connection.query(
      "UPDATE threshold_reference SET upper_limit = 200 WHERE attribute = 'heartBeat' AND high_age_limit = 40",
    );
    await around.writer.readings([{ customerId: 1, heartBeat: 199, bp: 200 }]);
    await around.writer.readings([{ customerId: 1, heartBeat: 201, bp: 200 }]);
    await around.mail.arrived(before + 1);
    await handled(12);
    expect(told(before)).to.deep.equal(['alder@ward-a.example.org 1 Heart beat too high, 201 bpm']);
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
    await around.mail.arrived(before + 2);
    await handled(14);
    expect(told(before)).to.deep.equal([
      'alder@ward-a.example.org 2 Heart beat too low, 70 bpm',
      'birch@ward-b.example.org 3 Heart beat too high, 105 bpm',
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
    await job.line(/4 measurements of 2 patients have no limits|2 measurements of 1 patients have no limits/);
    await handled(16);
    const status = await run('jobs/status.ts', ['--json'], around.environment);
    const { jobs } = JSON.parse(status.stdout) as { jobs: { job: string; running: boolean; counts: object }[] };
    const alerts = jobs.find(({ job: name }) => name === 'vital-alerts');
    expect(alerts?.running).to.equal(true);
    expect(alerts?.counts).to.deep.equal({
      'open episodes': 3,
      'of these critical': 1,
      'mails sent': around.mail.mails.length,
      'measurements without limits': 4,
    });
  });

  it('tells of each batch without any patient, value or address', () => {
    const events = job.json();
    expect(events.filter(({ counts }) => counts !== undefined)).to.not.be.empty;
    const text = job.told();
    expect(text).not.to.match(/example\.org|alder|birch|Demo Patient/);
    // A time or a rate may be any number, and tells of nobody.
    const measured = /Ms$|PerSecond$|^at$/;
    const findings = JSON.stringify(events, (key, value: unknown) => (measured.test(key) ? null : value));
    expect(findings).not.to.match(/\b201\b|\b199\b/);
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

describe('vital-alerts and what is not a finding', () => {
  let around: JobSurroundings;

  before(async () => {
    around = await createSurroundings('technical');
  });

  after(async () => {
    await endCommands();
    await around.close();
  });

  it('tells the operator of bad rows, of silent patients and of their return; everybody else is judged meanwhile', async () => {
    const { connection, mail, writer } = around;
    // Tables of a hospital's own need not have our constraints.
    await connection.query(
      `ALTER TABLE threshold_reference DROP CONSTRAINT limits_band, MODIFY attribute VARCHAR(20) NOT NULL,
       MODIFY upper_limit INT UNSIGNED NOT NULL, MODIFY message TEXT NOT NULL`,
    );
    await connection.query(
      'ALTER TABLE patients_information DROP CONSTRAINT patients_doctor_email, MODIFY age INT NULL',
    );
    await connection.query(
      `INSERT INTO threshold_reference (id, attribute, low_age_limit, high_age_limit, lower_limit, upper_limit, message)
       VALUES (901, 'bp', 101, 150, 200, 100, 'the wrong way round'), (902, 'bp', 41, 60, 100, 140, 'ages that overlap'),
              (903, 'temperature', 0, 150, 36, 38, 'nothing that is measured'),
              (904, 'bp', 151, 200, 100, 4294967295, 'what somebody took for no limit')`,
    );
    await connection.query("UPDATE threshold_reference SET message = REPEAT('long', 15000)");
    await connection.query("UPDATE patients_information SET doctor_email = 'a@b@example.org' WHERE customerId = 2");
    await connection.query('UPDATE patients_information SET doctor_email = ? WHERE customerId = 3', [
      'a@example.org\r\nBcc: b@example.org',
    ]);
    await connection.query('UPDATE patients_information SET age = NULL WHERE customerId = 4');
    await connection.query("UPDATE patients_information SET doctor_email = '' WHERE customerId = 5");
    const environment = { ...around.environment, ALERT_SILENT_AFTER: '3s', OPERATOR_EMAIL: 'ops@example.org' };
    const job = submitCommand(['vital-alerts', '--json', ...TRIGGER], environment);
    const rejected = [
      'threshold_reference, id 901: lower_limit is above upper_limit',
      'threshold_reference, id 902: its ages overlap those of an earlier row',
      'threshold_reference, id 903: attribute is not valid',
      'threshold_reference, id 904: upper_limit is not valid',
      'patients_information, customerId 2: doctor_email is not one mail address',
      'patients_information, customerId 3: doctor_email is not one mail address',
      'patients_information, customerId 4: age is not valid',
      'patients_information, customerId 5: doctor_email is not one mail address',
    ];
    for (const row of rejected) await job.line(new RegExp(`${row}; the row is not in force`));
    await job.running(1);
    await writer.readings([
      { customerId: 1, heartBeat: 100, bp: 200 },
      { customerId: 2, heartBeat: 100, bp: 160 },
      { customerId: 4, heartBeat: 100, bp: 160 },
    ]);
    const subjectsOf = (recipient: string) =>
      mail.mails.filter(({ to }) => to.includes(recipient)).map(({ mail: { subject } }) => subject);
    const arrives = (recipient: string, subject: RegExp) =>
      eventually(
        () => Promise.resolve(subjectsOf(recipient).some((one) => subject.test(one ?? ''))),
        `${subject} for ${recipient}: ${subjectsOf(recipient)}`,
      );
    await arrives('alder@ward-a.example.org', /^Ward A: Heart beat too high$/);
    await arrives('ops@example.org', /^Technical: 8 rows about limits or patients are not in force$/);
    const notice =
      mail.mails.find(({ mail: { subject } }) => subject?.startsWith('Technical: 8 rows'))?.mail.text ?? '';
    expect(rejected.filter((row) => !notice.includes(row))).to.deep.equal([]);
    expect(notice).not.to.match(/Bcc|a@/);
    // Nobody can tell the doctor of patient 2, so somebody else must know.
    await arrives('ops@example.org', /^Ward A: Heart beat too high$/);
    // In one notice or in two: on a busy machine readings come in several batches, and one patient is missed before the other is known.
    const silent = () =>
      subjectsOf('ops@example.org')
        .map((subject) => /^Technical: (\d) patients?: no readings come any more$/.exec(subject ?? '')?.[1])
        .reduce((sum, patients) => sum + Number(patients ?? 0), 0);
    await eventually(() => Promise.resolve(silent() === 2), 'notices of two patients without readings');
    const status = await run('jobs/status.ts', [], environment);
    expect(status.stdout).to.match(/^ {2}silent patients: 2$/m);
    await writer.readings([{ customerId: 1, heartBeat: 75, bp: 200 }]);
    await arrives('ops@example.org', /^Technical: 1 patient: readings come again$/);
    await job.interrupted();
    expect(subjectsOf('alder@ward-a.example.org').some((subject) => subject?.startsWith('Technical'))).to.equal(false);
  });
});

function sectionsOf(text = ''): { headline: string; patient: string }[] {
  return [...text.matchAll(/^(?:CRITICAL: )?((?:Heart|Blood).*)\n\n(?:.+\n)*?Patient:\s+(\d+)/gm)].map(
    ([, headline = '', patient = '']) => ({ headline, patient }),
  );
}
