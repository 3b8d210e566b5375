import { type Environment, settingOf } from '../environment.ts';
import { OperatorError } from '../operator-error.ts';

/** A secret that holds a user name and a password, and the variables that it fills. */
const SECRETS = [
  { variable: 'DATABASE_SECRET', user: 'DATABASE_USER', password: 'DATABASE_PASSWORD' },
  { variable: 'SMTP_SECRET', user: 'SMTP_USER', password: 'SMTP_PASSWORD' },
  { variable: 'KAFKA_SECRET', user: 'KAFKA_USER', password: 'KAFKA_PASSWORD' },
] as const;

/**
 * Asks AWS for what the settings leave to it: `DATABASE_RDS` becomes host and port, and each secret (`DATABASE_SECRET`,
 * `SMTP_SECRET`, `KAFKA_SECRET`) a user name and a password. What AWS says wins over variables of the same meaning.
 * Where none of them is set, nothing is asked and nothing of AWS is loaded.
 *
 * @returns the settings with everything filled in
 * @throws OperatorError that names what is missing and the next step
 */
export async function withCloudSettings(environment: Environment): Promise<Environment> {
  let settings = environment;
  const rds = settingOf(settings, 'DATABASE_RDS');
  if (rds !== undefined) settings = await withDatabase(settings, rds);
  for (const { variable, user, password } of SECRETS) {
    const id = settingOf(settings, variable);
    if (id === undefined) continue;
    const { readLogin } = await import('./secrets.ts');
    const login = await readLogin(settings, id, variable);
    settings = { ...settings, [user]: login.user, [password]: login.password };
  }
  return Object.freeze(settings);
}

async function withDatabase(environment: Environment, name: string): Promise<Environment> {
  const { findDatabase } = await import('./rds.ts');
  const found = await findDatabase(environment, name);
  const iam = settingOf(environment, 'DATABASE_AUTH') === 'iam';
  if (iam && !found.iam) {
    throw new OperatorError('RDS_WITHOUT_IAM', `RDS ${name} does not take IAM tokens, but DATABASE_AUTH=iam`, {
      exitCode: 2,
      next: 'Enable IAM authentication of the database, or set DATABASE_SECRET instead.',
    });
  }
  const given = settingOf(environment, 'DATABASE_SECRET') ?? settingOf(environment, 'DATABASE_PASSWORD');
  return {
    ...environment,
    DATABASE_HOST: found.host,
    DATABASE_PORT: String(found.port),
    DATABASE_CA: settingOf(environment, 'DATABASE_CA') ?? 'rds',
    // RDS keeps the administrator's password itself, unless told otherwise.
    ...(iam || given !== undefined || found.secret === undefined ? {} : { DATABASE_SECRET: found.secret }),
  };
}
