import { createHash } from 'node:crypto';
import type { DataFrame, SparkSession } from '@instant-health/spark-connect';
import type { Pool } from 'mysql2/promise';
import { databaseError, type Patient, readLimits, readPatients } from '../../database/index.ts';
import type { DatabaseSettings, Logger, SmtpSettings } from '../../settings/index.ts';
import { Counters } from '../counters.ts';
import type { JobEvent } from '../job.ts';
import { findingsOf, type ReportedMeasurement } from './findings.ts';
import { limitsOfPatients, measurementsToReport } from './limits-view.ts';
import { alertMail, type BreachGroup, groupBreaches } from './mail-template.ts';
import type { Mailer } from './mailer.ts';
import { Stopwatch } from './stopwatch.ts';

interface Surroundings {
  readonly spark: SparkSession;
  readonly pool: Pool;
  readonly database: DatabaseSettings;
  readonly mailer: Mailer;
  readonly smtp: SmtpSettings;
  readonly log: Logger;
  readonly report: (event: JobEvent) => void;
  readonly query: string;
  /** What makes batch ids unique among all submissions: the checkpoint. */
  readonly scope: string;
}

/** The limits as Spark has them at this moment, and the patients that they were made for. */
interface Directory {
  readonly fingerprint: string;
  /** A view that holds the rows, so that a batch's plan need not carry them. */
  readonly limits: DataFrame;
  readonly patients: ReadonlyMap<number, Patient>;
}

const LIMITS_VIEW = 'limits_of_patients';

/** Handles the batches of vital-alerts: limits as the database has them now, findings, mails. */
export class BatchAlerts {
  readonly #with: Surroundings;
  readonly #counters: Counters;
  #directory: Directory | undefined;

  constructor(surroundings: Surroundings) {
    this.#with = surroundings;
    this.#counters = new Counters(surroundings.spark);
  }

  /** Resolves when every mail of the batch is with the mail server; a batch that comes again makes the same mails. */
  async handle(batch: DataFrame, batchId: number, signal: AbortSignal): Promise<void> {
    const { log, report, query } = this.#with;
    const at = new Date().toISOString();
    const stopwatch = new Stopwatch();
    const { limits, patients } = await stopwatch.time('directory', this.refreshLimits());
    const rows = measurementsToReport(batch, limits).collect<ReportedMeasurement>({ signal });
    const { breaches, withoutLimits, patientsWithoutLimits } = findingsOf(await stopwatch.time('collect', rows));
    const groups = groupBreaches(breaches, (customerId) => known(patients, customerId).ward);
    await stopwatch.time('mail', this.#sendAll(groups, patients, batchId));
    if (withoutLimits > 0) {
      log.warn(
        `batch ${batchId}: ${withoutLimits} measurements of ${patientsWithoutLimits.length} patients have no limits in threshold_reference`,
      );
    }
    const counts = { 'mails sent': groups.length, 'measurements without limits': withoutLimits };
    await stopwatch.time('count', this.#counters.add(counts));
    const all = { 'out of limits': breaches.length, ...counts };
    report({ query, batchId, counts: all, durationMs: stopwatch.laps, at });
  }

  /** Reads limits and patients, so that a change applies from the next batch; Spark joins them anew only after a change. */
  async refreshLimits(): Promise<Directory> {
    const { pool, spark, database } = this.#with;
    const [limits, patients] = await Promise.all([readLimits(pool), readPatients(pool)]).catch((error: unknown) => {
      throw databaseError(error, database);
    });
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([limits, patients]))
      .digest('hex');
    if (this.#directory?.fingerprint === fingerprint) return this.#directory;
    const joined = limitsOfPatients(spark, patients, limits);
    // Rows instead of a plan or a cache: Spark broadcasts them to each batch without a job of their own, 10 to 20 ms sooner.
    const rows = spark.createDataFrame(await joined.collect(), await joined.schema());
    await rows.createOrReplaceTempView(LIMITS_VIEW);
    this.#directory = {
      fingerprint,
      limits: spark.table(LIMITS_VIEW),
      patients: new Map(patients.map((patient) => [patient.customerId, patient])),
    };
    return this.#directory;
  }

  /** Waits for all, so that a batch never goes on sending after it was given back as failed. */
  async #sendAll(
    groups: readonly BreachGroup[],
    patients: ReadonlyMap<number, Patient>,
    batchId: number,
  ): Promise<void> {
    const { mailer, smtp } = this.#with;
    const sent = await Promise.allSettled(
      groups.map((group) =>
        mailer.send({
          ...alertMail(group, { link: smtp.link }),
          to: known(patients, group.customerId).doctorEmail,
          messageId: this.#messageId(batchId, group),
        }),
      ),
    );
    const failure = sent.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  /** The same for the same alert of the same batch, so that a mail that is sent again can be recognised as the same one. */
  #messageId(batchId: number, { customerId, attribute, direction }: BreachGroup): string {
    const identity = JSON.stringify([this.#with.scope, batchId, customerId, attribute, direction]);
    const hash = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    return `<${hash}@${this.#with.smtp.from.split('@')[1]}>`;
  }
}

/** Limits come from joining with these very patients, so whoever breaks one is known. */
function known(patients: ReadonlyMap<number, Patient>, customerId: number): Patient {
  const patient = patients.get(customerId);
  if (!patient) throw new Error('a limit was joined with a patient who is not in the directory');
  return patient;
}
