import { simpleParser } from 'mailparser';
import type { RowDataPacket } from 'mysql2/promise';
import { decodeJudged } from '../../../jobs/alert-topic/judged-reading.ts';
import { kafkaClient, RETRY, readCommitted } from '../../../producer/index.ts';
import { createLogger, kafkaSettings, OperatorError, readStackState } from '../../../settings/index.ts';
import type { BenchContext, BenchResult } from '../bench.ts';
import { load } from '../machine.ts';
import { medianSummary, percentile, type Summary, summarise } from '../statistics.ts';
import { ms, type Table } from '../table.ts';
import { answeredTellings } from './answers.ts';
import { sendPaced } from './paced-sender.ts';
import { startRealTime } from './pipeline.ts';
import { benchReadings, PART_OUTSIDE, READINGS_PER_SECOND } from './readings.ts';
import { type LatencySurroundings, latencySurroundings } from './surroundings.ts';

const SPARK = '4.2.0';
const P50_TARGET_MS = 50;
const P99_TARGET_MS = 250;

/** The steps between a reading's Kafka timestamp and its mail, in milliseconds; they add up. */
interface Steps {
  readonly spark: number;
  readonly write: number;
  readonly mail: number;
}

const NAMES: Readonly<Record<keyof Steps, string>> = {
  spark: "Spark, to the alerts' topic",
  write: 'alerts run, to the database',
  mail: 'mail',
};

interface RealTimeRun {
  readonly latencyMs: Summary;
  readonly unanswered: number;
  readonly mails: number;
  readonly steps: readonly Steps[];
  readonly peakMemoryMiB: number | undefined;
  readonly load: number;
}

/** `latency --real-time`: the same readings and the same archive beside them, with `vital-alerts --real-time`. */
export async function realTimeLatency(context: BenchContext): Promise<BenchResult> {
  const { runs = 1, seconds = 120, warmUpSeconds = 60, progress, signal, sparkConf } = context;
  const remote = readStackState()?.sparkRemotes[SPARK];
  if (remote === undefined) {
    throw new OperatorError('STACK_NOT_UP', `no stack with Spark ${SPARK} is up`, {
      next: `Run \`npm run stack -- up --spark ${SPARK}\`.`,
      exitCode: 2,
    });
  }
  const results: RealTimeRun[] = [];
  for (let run = 1; run <= runs; run++) {
    const surroundings = await latencySurroundings({ settings: { SPARK_REMOTE: remote } });
    const task = progress.task(`latency in real time${runs > 1 ? ` ${run}/${runs}` : ''}`, 'starting the queries');
    try {
      const onStep = (text: string) => task.detail(text);
      const result = await measure(surroundings, { seconds, warmUpSeconds, sparkConf, signal, onStep });
      results.push(result);
      const { p50, p99, count } = result.latencyMs;
      task.done(`p50 ${p50} ms, p99 ${p99} ms over ${count} begins and ends`);
    } finally {
      task.stop();
      await surroundings.close();
    }
  }
  return {
    tables: [summaryTable(results), stepsTable(results)],
    targets: targets(results),
    figures: {
      ...{ readingsPerSecond: READINGS_PER_SECOND, outside: PART_OUTSIDE, seconds, warmUpSeconds, spark: SPARK },
      median: medianSummary(results.map(({ latencyMs }) => latencyMs)),
      runs: results.map(({ steps, ...rest }) => ({ ...rest, steps: stepFigures(steps) })),
    },
  };
}

interface Measurement extends Pick<BenchContext, 'signal' | 'sparkConf'> {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly onStep: (text: string) => void;
}

async function measure(
  surroundings: LatencySurroundings,
  { seconds, warmUpSeconds, sparkConf, signal, onStep }: Measurement,
): Promise<RealTimeRun> {
  const pipeline = await startRealTime(surroundings, sparkConf, signal);
  try {
    const warmUp = warmUpSeconds * READINGS_PER_SECOND;
    const count = warmUp + seconds * READINGS_PER_SECOND;
    const { patients, limits, catcher, environment } = surroundings;
    const readings = benchReadings(patients, limits, { outside: PART_OUTSIDE, seed: 7 });
    const onSent = (sent: number) =>
      onStep(
        `${sent < warmUp ? 'warming up' : 'measuring'}: ${sent} of ${count} readings sent, ${catcher.mails.length} mails`,
      );
    const { brokers, topic } = kafkaSettings(environment);
    const sending = sendPaced({ brokers, topic }, readings, { count, perSecond: READINGS_PER_SECOND, onSent, signal });
    const sent = await Promise.race([sending, pipeline.failed()]);
    onStep('waiting for the last mails');
    const { answered, unanswered } = await answeredTellings(sent, surroundings, signal);
    const peakMemoryMiB = pipeline.peakMemoryMiB();
    const loadAtEnd = load();
    await pipeline.stop();
    const measuredFrom = sent[warmUp]?.timestamp ?? Number.POSITIVE_INFINITY;
    const measured = answered.filter(({ breach }) => breach.timestamp >= measuredFrom);
    const [written, committed] = await Promise.all([writtenAt(surroundings, signal), committedAt(surroundings)]);
    const steps = measured.flatMap(({ breach: { customerId, timestamp }, notice: { acceptedAt } }) => {
      const [toTopic, toDatabase] = [written.get(`${customerId} ${timestamp}`), committed.get(acceptedAt)];
      if (toTopic === undefined || toDatabase === undefined) return [];
      return [{ spark: toTopic - timestamp, write: toDatabase - toTopic, mail: acceptedAt - toDatabase }];
    });
    return {
      latencyMs: summarise(measured.map(({ latencyMs }) => latencyMs)),
      unanswered: unanswered.length,
      mails: catcher.mails.length,
      steps,
      peakMemoryMiB,
      load: loadAtEnd,
    };
  } finally {
    await pipeline.stop();
  }
}

/** When Spark sent each reading on, by patient and time of the reading. */
async function writtenAt({ environment }: LatencySurroundings, signal: AbortSignal): Promise<Map<string, number>> {
  const settings = kafkaSettings(environment);
  const times = new Map<string, number>();
  const log = createLogger({ name: 'bench', level: 'error' });
  await readCommitted(kafkaClient(settings, log, RETRY), settings.alertsTopic, {
    signal,
    visit: ({ value, timestamp }) => {
      const reading = decodeJudged(value);
      const key = reading && `${reading.customerId} ${reading.atMs}`;
      // Of one that was written twice the first counts.
      if (key !== undefined && !times.has(key)) times.set(key, Number(timestamp));
      return false;
    },
  });
  return times;
}

/** When what a mail tells was put into the outbox, by the moment at which the mail was taken. */
async function committedAt({ database, catcher }: LatencySurroundings): Promise<Map<number, number>> {
  const [rows] = await database.query<(RowDataPacket & { key: string; at: string })[]>(
    'SELECT notification_key AS `key`, created_at AS at FROM alert_outbox',
  );
  const created = new Map(rows.map(({ key, at }) => [key, Date.parse(`${at.replace(' ', 'T')}Z`)]));
  const times = new Map<number, number>();
  for (const { raw, acceptedAt } of catcher.mails) {
    const { headers } = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
    const keys = String(headers.get('x-instant-health-notifications')).split(' ');
    times.set(acceptedAt, Math.max(...keys.map((key) => created.get(key) ?? 0)));
  }
  return times;
}

function summaryTable(runs: readonly RealTimeRun[]): Table {
  const row = (name: string, latency: Summary, ...rest: readonly string[]) => [
    name,
    String(latency.count),
    ...(['p50', 'p95', 'p99', 'max'] as const).map((figure) => ms(latency[figure])),
    ...rest,
  ];
  const rows = runs.map(({ latencyMs, peakMemoryMiB, load: at }, index) =>
    row(`run ${index + 1}`, latencyMs, String(Math.round(peakMemoryMiB ?? 0)), at.toFixed(1)),
  );
  if (runs.length > 1) rows.push(row('median of runs', medianSummary(runs.map(({ latencyMs }) => latencyMs)), '', ''));
  return {
    title: 'From Kafka timestamp to 250 in real time, milliseconds',
    columns: ['', 'told', 'p50', 'p95', 'p99', 'max', 'alerts run MiB', 'load'],
    rows,
  };
}

interface StepFigures {
  readonly step: keyof Steps;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

function stepFigures(steps: readonly Steps[]): readonly StepFigures[] {
  if (steps.length === 0) return [];
  return (Object.keys(NAMES) as (keyof Steps)[]).map((step) => {
    const values = steps.map((one) => one[step]);
    const mean = Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10;
    return { step, mean, p50: percentile(values, 0.5), p95: percentile(values, 0.95), p99: percentile(values, 0.99) };
  });
}

function stepsTable(runs: readonly RealTimeRun[]): Table {
  const rows = stepFigures(runs.flatMap(({ steps }) => steps)).map(({ step, mean, p50, p95, p99 }) => [
    NAMES[step],
    ...[mean, p50, p95, p99].map(ms),
  ]);
  return { title: 'Where the time of a reading goes, milliseconds', columns: ['', 'mean', 'p50', 'p95', 'p99'], rows };
}

function targets(runs: readonly RealTimeRun[]) {
  const { p50, p99 } = medianSummary(runs.map(({ latencyMs }) => latencyMs));
  const unanswered = runs.reduce((sum, run) => sum + run.unanswered, 0);
  const figure = (name: string, measured: number, limit: number) => {
    return {
      what: `latency in real time, ${name}`,
      limit: `${limit} ms`,
      measured: `${ms(measured)} ms`,
      met: measured <= limit,
    };
  };
  return [
    figure('p50', p50, P50_TARGET_MS),
    figure('p99', p99, P99_TARGET_MS),
    {
      what: 'begins and ends of episodes without a mail',
      limit: '0',
      measured: String(unanswered),
      met: unanswered === 0,
    },
  ];
}
