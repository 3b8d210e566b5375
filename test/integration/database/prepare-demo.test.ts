import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import {
  connect,
  createTables,
  demoLimits,
  prepareDemoDatabase,
  readDirectory,
  readLimits,
  readPatients,
  usePreset,
} from '../../../database/index.ts';
import { databaseSettings, loadEnvironment } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase, testDatabaseName } from '../../helpers/database.ts';

describe('prepareDemoDatabase', () => {
  const name = testDatabaseName('prepare');
  const environment = loadEnvironment({ DATABASE_NAME: name });

  after(async () => {
    const connection = await connect(databaseSettings(environment), { database: null });
    await connection.query('DROP DATABASE IF EXISTS ??', [name]);
    await connection.end();
  });

  it('makes database, tables and rows from nothing, once, though two start at the same time', async () => {
    const both = await Promise.all([prepareDemoDatabase(environment), prepareDemoDatabase(environment)]);
    expect(both.map(({ readings }) => readings).sort()).to.deep.equal([0, 1_800]);
    expect(both.map(({ patients }) => patients).sort()).to.deep.equal([0, 5]);
    const connection = await connect(databaseSettings(environment));
    try {
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last, MAX(recorded_at) AS latest FROM patients_vital_info',
      );
      expect(rows[0]).to.include({ count: '1800', first: '1', last: '1800', latest: '2026-01-05 08:29:59.000' });
    } finally {
      await connection.end();
    }
  });

  it('leaves rows that are there alone', async () => {
    expect(await prepareDemoDatabase(environment, { preset: 'news2' })).to.deep.equal({
      patients: 0,
      limits: 0,
      readings: 0,
    });
  });
});

describe('limits repository', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase('limits');
    await prepareDemoDatabase(database.environment, { readings: { count: 5 } });
  });
  after(() => database.drop());

  it('reads limits with numbers, and patients without their names', async () => {
    expect(await readLimits(database.connection)).to.deep.equal(demoLimits('course'));
    expect((await readPatients(database.connection))[0]).to.deep.equal({
      customerId: 1,
      age: 23,
      ward: 'Ward A',
      doctorEmail: 'alder@ward-a.example.org',
    });
  });

  it('exchanges a preset and keeps local limits', async () => {
    await database.connection.query(
      `INSERT INTO threshold_reference
         (attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity, message)
       VALUES ('bp', 3, 0, 150, 100, 140, 'critical', 'own limit')`,
    );
    await usePreset(database.connection, 'news2');
    const limits = await readLimits(database.connection);
    expect(limits.map(({ source }) => source)).to.deep.equal(['local', 'news2', 'news2', 'news2', 'news2']);
    expect(limits[0]).to.include({ customerId: 3, lower: 100, upper: 140, severity: 'critical' });
  });

  for (const [what, values] of [
    ['a band upside down', "('bp', NULL, 0, 40, 200, 100, 'warning', 'x')"],
    ['ages upside down', "('bp', NULL, 40, 0, 100, 200, 'warning', 'x')"],
    ['an unknown attribute', "('mood', NULL, 0, 40, 100, 200, 'warning', 'x')"],
    ['an unknown patient', "('bp', 99, 0, 40, 100, 200, 'warning', 'x')"],
  ] as const) {
    it(`cannot hold ${what}`, async () => {
      const columns =
        'attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity, message';
      const inserted = await database.connection
        .query(`INSERT INTO threshold_reference (${columns}) VALUES ${values}`)
        .then(
          () => true,
          () => false,
        );
      expect(inserted).to.equal(false);
    });
  }

  it('reads a table that was made before rows could have rules, and adds the columns for them without touching rows', async () => {
    const { connection } = database;
    const before = await readLimits(connection);
    await connection.query(
      `ALTER TABLE threshold_reference DROP COLUMN open_after, DROP COLUMN recover_after,
         DROP COLUMN repeat_interval_s, DROP COLUMN hold_s, DROP COLUMN hysteresis`,
    );
    expect(await readLimits(connection)).to.deep.equal(before);
    await Promise.all([createTables(connection), createTables(connection)]);
    await connection.query('UPDATE threshold_reference SET open_after = 2, hold_s = 30 ORDER BY id LIMIT 1');
    const [first, ...rest] = await readLimits(connection);
    expect(first).to.deep.equal({ ...before[0], rules: { openAfter: 2, holdTimeMs: 30_000 } });
    expect(rest).to.deep.equal(before.slice(1));
  });

  it('sets aside rows that cannot be right, and names them', async () => {
    const { connection } = database;
    await connection.query('ALTER TABLE threshold_reference DROP CONSTRAINT limits_band');
    await connection.query('UPDATE threshold_reference SET lower_limit = 1000 ORDER BY id DESC LIMIT 1');
    await connection.query("UPDATE patients_information SET doctor_email = 'a@b@c' WHERE customerId = 4");
    const { limits, patients, rejected } = await readDirectory(connection);
    expect(limits).to.have.length((await readLimits(connection)).length);
    expect(patients.map(({ doctorEmail }) => doctorEmail === '')).to.deep.equal([false, false, false, true, false]);
    expect(rejected.map(({ table, reason }) => `${table}: ${reason}`)).to.deep.equal([
      'threshold_reference: lower_limit is above upper_limit',
      'patients_information: doctor_email is not one mail address',
    ]);
  });
});
