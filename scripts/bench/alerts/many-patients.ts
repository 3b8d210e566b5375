import type { Connection } from 'mysql2/promise';

const ROWS_PER_INSERT = 5_000;
const DOCTORS = 1_000;

/** Adds made-up patients behind those of the demonstration, until there are so many; a hundred of them have one doctor. */
export async function addPatients(database: Connection, count: number): Promise<void> {
  for (let first = 6; first <= count; first += ROWS_PER_INSERT) {
    const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - first + 1) }, (_, index) => {
      const customerId = first + index;
      const doctor = customerId % DOCTORS;
      return [
        customerId,
        'Made up',
        20 + (customerId % 80),
        `Ward ${doctor}`,
        'Dr. Many',
        `doctor-${doctor}@example.org`,
      ];
    });
    await database.query(
      'INSERT INTO patients_information (customerId, name, age, ward, doctor_name, doctor_email) VALUES ?',
      [rows],
    );
  }
}
