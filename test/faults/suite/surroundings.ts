import type { Pool } from 'mysql2/promise';
import { openPool, usePreset } from '../../../database/index.ts';
import { databaseSettings } from '../../../settings/index.ts';
import { createSurroundings, type JobSurroundings } from '../../helpers/jobs-surroundings.ts';
import { TcpProxy } from '../../helpers/tcp-proxy.ts';
import { RULES } from './model.ts';
import { Supervised } from './supervisor.ts';

/** The lines that can be cut; what a process is told is the near end. */
export interface Lines {
  readonly 'driver-spark': TcpProxy;
  readonly 'driver-mariadb': TcpProxy;
  readonly 'producer-mariadb': TcpProxy;
  readonly 'producer-kafka': TcpProxy;
  readonly smtp: TcpProxy;
}

/** A system of the suite's own, running: topic, database, folder and mail server, and the two processes that are tried. */
export interface SystemUnderFaults {
  readonly around: JobSurroundings;
  /** The suite's own connections; nobody cuts these. */
  readonly pool: Pool;
  readonly lines: Lines;
  readonly producer: Supervised;
  readonly driver: Supervised;
  /** @param isShared whether topic, database and folder must be removed, because the stack stays */
  close(isShared: boolean): Promise<void>;
}

/** How often the archive and the alerts look for data: a second, so that runs are short. */
const TRIGGER = '1 second';
const REROUTE = new URL('./reroute.mjs', import.meta.url).href;
/** No promise, only an end: a busy machine starts slowly. */
const START_LIMIT_MS = 300_000;

/**
 * Starts the system on the stack that is up, whose addresses must be in the process's environment.
 *
 * @param logs folder for what the processes write
 * @returns when the jobs run
 */
export async function startSystem(logs: string, signal: AbortSignal): Promise<SystemUnderFaults> {
  const around = await createSurroundings('faults');
  await usePreset(around.connection, 'news2');
  const { environment } = around;
  const database = address(`${environment.DATABASE_HOST}:${environment.DATABASE_PORT}`);
  const broker = address(environment.KAFKA_BROKERS);
  const lines: Lines = {
    'driver-spark': await TcpProxy.start(address(environment.SPARK_REMOTE?.replace(/^sc:\/\//, ''))),
    'driver-mariadb': await TcpProxy.start(database),
    'producer-mariadb': await TcpProxy.start(database),
    'producer-kafka': await TcpProxy.start(broker),
    smtp: await TcpProxy.start({ host: '127.0.0.1', port: around.mail.port }),
  };
  const producer = new Supervised({
    entry: 'producer/main.ts',
    args: ['--follow', '--unthrottled', '--quiet', '--lag-window', '30s'],
    flags: ['--import', REROUTE],
    environment: {
      ...environment,
      DATABASE_PORT: String(lines['producer-mariadb'].port),
      INSTANT_HEALTH_REROUTE: `${broker.port}:${lines['producer-kafka'].port}`,
    },
    log: `${logs}/producer.log`,
  });
  const driver = new Supervised({
    entry: 'jobs/submit.ts',
    args: ['patient-vitals', 'vital-alerts', '--json', '--trigger', TRIGGER],
    environment: {
      ...environment,
      ...ALERTS,
      SPARK_REMOTE: `sc://127.0.0.1:${lines['driver-spark'].port}`,
      DATABASE_PORT: String(lines['driver-mariadb'].port),
      SMTP_PORT: String(lines.smtp.port),
    },
    log: `${logs}/driver.log`,
  });
  const pool = openPool(databaseSettings(environment));
  const running = driver.line(/vital-alerts runs \(id /, { limitMs: START_LIMIT_MS, signal });
  producer.start();
  driver.start();
  if ((await running) === undefined)
    throw new Error(`the jobs did not start within ${START_LIMIT_MS / 1000} s: see ${logs}`);
  const close = async (isShared: boolean) => {
    // The broker or Spark may be away: a process that is stopped then does not wait for them for ever.
    await Promise.all([producer.stop(), driver.stop()]);
    await Promise.all(Object.values(lines).map((line) => line.close()));
    if (!isShared) return await around.mail.close();
    await pool.end();
    await around.close();
  };
  return { around, pool, lines, producer, driver, close };
}

const ALERTS = {
  ALERT_OPEN_AFTER: String(RULES.openAfter),
  ALERT_RECOVER_AFTER: String(RULES.recoverAfter),
  ALERT_REPEAT_INTERVAL: `${RULES.repeatIntervalMs}ms`,
  ALERT_HOLD_TIME: '0s',
  ALERT_HYSTERESIS: '0',
  ALERT_SILENT_AFTER: '5m',
  ALERT_MAIL_GAP: '2s',
  ALERT_URGENT_MAIL_GAP: '500ms',
  OPERATOR_EMAIL: '',
  SMTP_USER: '',
  SMTP_PASSWORD: '',
  MAIL_LINK: '',
} as const;

function address(text = ''): { host: string; port: number } {
  const [host = '', port] = text.split(/[:;/]/);
  return { host, port: Number(port) };
}
