import { expect } from 'chai';
import { checkLimits, checkPatients } from '../../../database/checked-rows.ts';

const limit = (overrides: object = {}) => ({
  id: 1,
  attribute: 'bp',
  customerId: null,
  low_age_limit: 0,
  high_age_limit: 40,
  lower_limit: 100,
  upper_limit: 140,
  severity: 'warning',
  message: 'out',
  source: 'local',
  ...overrides,
});

const patient = (overrides: object = {}) => ({
  customerId: 1,
  age: 50,
  ward: 'Ward A',
  doctor_email: 'alder@ward-a.example.org',
  ...overrides,
});

describe('checkLimits', () => {
  it('takes rows as they are, with what they say of their episodes in milliseconds', () => {
    const rules = { open_after: 2, recover_after: null, repeat_interval_s: 600, hold_s: 0, hysteresis: 5 };
    const { valid, rejected } = checkLimits([limit(), limit({ low_age_limit: 41, high_age_limit: 99, ...rules })]);
    expect(rejected).to.deep.equal([]);
    expect(valid[0]).to.not.have.property('rules');
    expect(valid[1]?.rules).to.deep.equal({ openAfter: 2, repeatIntervalMs: 600_000, holdTimeMs: 0, hysteresis: 5 });
  });

  for (const [what, overrides, reason] of [
    ['lower above upper', { lower_limit: 141 }, 'lower_limit is above upper_limit'],
    ['ages the wrong way round', { low_age_limit: 41 }, 'low_age_limit is above high_age_limit'],
    ['an unknown attribute', { attribute: 'temperature' }, 'attribute is not valid'],
    ['an unknown severity', { severity: 'fatal' }, 'severity is not valid'],
    ['no limit', { upper_limit: null }, 'upper_limit is not valid'],
    ['a limit that no reading can have', { upper_limit: 2 ** 31 }, 'upper_limit is not valid'],
    ['openAfter 0', { open_after: 0 }, 'open_after is not valid'],
    ['hysteresis wider than the band', { hysteresis: 21 }, 'hysteresis leaves no value between the limits'],
  ] as const) {
    it(`refuses ${what}, names the row, and leaves the others in force`, () => {
      const { valid, rejected } = checkLimits([limit({ id: 7, ...overrides }), limit({ attribute: 'heartBeat' })]);
      expect(valid.map(({ attribute }) => attribute)).to.deep.equal(['heartBeat']);
      expect(rejected).to.deep.equal([{ table: 'threshold_reference', row: 'id 7', reason }]);
    });
  }

  it('cuts texts to what can be written down with an alert', () => {
    const [row] = checkLimits([limit({ message: 'm'.repeat(70_000), source: 's'.repeat(41) })]).valid;
    expect([row?.message.length, row?.source.length]).to.deep.equal([255, 40]);
    expect(checkPatients([patient({ ward: 'w'.repeat(70_000) })]).valid[0]?.ward).to.have.length(200);
  });

  it('of overlapping ages leaves the earlier row in force; other attributes, patients and severities do not overlap', () => {
    const { valid, rejected } = checkLimits([
      limit(),
      limit({ id: 2, low_age_limit: 40, high_age_limit: 60 }),
      limit({ id: 3, severity: 'critical', lower_limit: 80 }),
      limit({ id: 4, customerId: 5 }),
      limit({ id: 5, attribute: 'heartBeat' }),
      limit({ id: 6, low_age_limit: 41, high_age_limit: 60 }),
    ]);
    expect(valid).to.have.length(5);
    expect(rejected.map(({ row, reason }) => `${row}: ${reason}`)).to.deep.equal([
      'id 2: its ages overlap those of an earlier row',
    ]);
  });
});

describe('checkPatients', () => {
  it('refuses a patient without age, or with one that cannot be', () => {
    for (const age of [null, -1, 151, 50.5]) {
      const { valid, rejected } = checkPatients([patient({ customerId: 3, age }), patient()]);
      expect(valid.map(({ customerId }) => customerId)).to.deep.equal([1]);
      expect(rejected).to.deep.equal([
        { table: 'patients_information', row: 'customerId 3', reason: 'age is not valid' },
      ]);
    }
  });

  for (const [what, email] of [
    ['none', null],
    ['an empty one', ''],
    ['two @', 'a@b@example.org'],
    ['two addresses', 'a@example.org, b@example.org'],
    ['a line break', 'a@example.org\r\nBcc: x@example.org'],
    ['a name before it', 'Dr. A <a@example.org>'],
  ] as const) {
    it(`keeps judging a patient whose doctor's address is ${what}, says so, and does not repeat it`, () => {
      const { valid, rejected } = checkPatients([patient({ doctor_email: email })]);
      expect(valid).to.deep.equal([{ customerId: 1, age: 50, ward: 'Ward A', doctorEmail: '' }]);
      expect(rejected).to.deep.equal([
        { table: 'patients_information', row: 'customerId 1', reason: 'doctor_email is not one mail address' },
      ]);
    });
  }

  it('takes marks out of a ward that would turn the rest of a subject, and nothing else', () => {
    const wards = ['\u202eWard A', 'Ward \u2067A\u2069', 'מחלקה א', 'Ward \u{1f476}\u200d\u{1f37c}'];
    const { valid, rejected } = checkPatients(wards.map((ward, index) => patient({ customerId: index, ward })));
    expect(valid.map(({ ward }) => ward)).to.deep.equal(['Ward A', 'Ward A', wards[2], wards[3]]);
    expect(rejected).to.deep.equal([]);
  });

  for (const [what, ward] of [
    ['would break out of a subject', 'A\nBcc: x@example.org'],
    ['is missing', null],
  ] as const) {
    it(`keeps judging a patient whose ward ${what}, says so, and does not repeat it`, () => {
      const { valid, rejected } = checkPatients([patient({ ward })]);
      expect(valid.map((one) => one.ward)).to.deep.equal(['unknown ward']);
      expect(rejected).to.deep.equal([
        { table: 'patients_information', row: 'customerId 1', reason: 'ward is not one line of text' },
      ]);
    });
  }
});
