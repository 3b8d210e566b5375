import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration, OperatorError } from '../../settings/index.ts';
import type { Progress } from '../setup/progress.ts';
import { ChildCommand } from './child-command.ts';
import type { CaughtMail, Mailbox } from './mailbox.ts';
import type { DemoSurroundings } from './surroundings.ts';

/** The parts of submit's JSON lines that the demo looks at. */
interface SubmitLine {
  readonly query?: string;
  readonly batchId?: number;
  readonly rows?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly durationMs?: unknown;
  readonly msg?: string;
}

const QUERIES = 4;
const START_LIMIT_MS = 120_000;
const LOOK_FOR_MAILS_EVERY_MS = 250;
const TELL_READINGS_EVERY_MS = 2_000;

/** The project's own commands at work: submit in the background, then produce; what they and the mail catcher tell is shown. */
export class Pipeline {
  readonly mails: CaughtMail[] = [];
  /** Milliseconds since the epoch; undefined before the first mail. */
  firstMailAt: number | undefined;
  /** Readings that vital-alerts has finished with. */
  alertedRows = 0;
  readonly #surroundings: DemoSurroundings;
  readonly #progress: Progress;
  readonly #commands: ChildCommand[] = [];
  #submit: ChildCommand | undefined;
  #running = 0;

  constructor(surroundings: DemoSurroundings, progress: Progress) {
    this.#surroundings = surroundings;
    this.#progress = progress;
  }

  /** Submits both jobs and waits until their queries run. */
  async submitJobs(signal: AbortSignal): Promise<void> {
    const task = this.#progress.task('submit', 'starting the queries of patient-vitals and vital-alerts');
    this.#submit = this.#start('jobs/submit.ts', ['patient-vitals', 'vital-alerts', '--json'], (line) =>
      this.#tell(line),
    );
    try {
      await until(() => this.#running >= QUERIES, 'the queries to run', START_LIMIT_MS, signal, this.#submit);
      task.done('all queries run');
    } finally {
      task.stop();
    }
  }

  /** Sends readings, showing how many; resolves to the number that the producer says it has sent. */
  async produce(args: readonly string[], signal: AbortSignal): Promise<number> {
    let sent = 0;
    const producer = this.#start('producer/main.ts', args, (line) => {
      if (line.startsWith('{"heartBeat"')) sent++;
    });
    const task = this.#progress.task('produce', 'sending readings');
    const ticker = setInterval(() => task.detail(`${sent} readings sent`), TELL_READINGS_EVERY_MS / 2);
    try {
      const code = await Promise.race([producer.exited, aborted(signal), this.failed()]);
      if (code !== 0) throw new OperatorError('DEMO_FAILED', `the producer ended with code ${code}`);
      task.done(`${sent} readings sent`);
      return sent;
    } finally {
      clearInterval(ticker);
      task.stop();
    }
  }

  /** Shows each mail as it arrives, until the signal fires. */
  async followMails(mailbox: Mailbox, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.takeMails(mailbox);
      await delay(LOOK_FOR_MAILS_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async takeMails(mailbox: Mailbox): Promise<void> {
    for (const mail of await mailbox.newMails()) {
      this.firstMailAt ??= Date.now();
      this.mails.push(mail);
      this.#progress.line('mail', `to ${mail.to.map(({ address }) => address).join(', ')}: ${mail.subject}`);
    }
  }

  /** Waits until vital-alerts has finished with so many readings. */
  async alertsDone(readings: number, limitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#submit) throw new Error('nothing was submitted');
    await until(
      () => this.alertedRows >= readings,
      `vital-alerts to finish ${readings} readings`,
      limitMs,
      signal,
      this.#submit,
    );
  }

  /** Rejects when submit ends although nobody has stopped it. */
  async failed(): Promise<never> {
    const code = await this.#submit?.exited;
    throw new OperatorError('DEMO_FAILED', `submit ended with code ${code}; what it said is above`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#commands.map((command) => command.stop()));
  }

  #start(entry: string, args: readonly string[], onLine: (line: string) => void): ChildCommand {
    const label = entry.startsWith('jobs') ? 'submit' : 'produce';
    const { environment } = this.#surroundings;
    const onErrorLine = (line: string) => {
      const text = plain(line);
      if (/ runs \(id /.test(text)) this.#running++;
      this.#progress.line(label, text);
    };
    const child = new ChildCommand(entry, args, { environment, onLine, onErrorLine });
    this.#commands.push(child);
    return child;
  }

  #tell(line: string): void {
    const { query = '', batchId, rows, counts, durationMs } = JSON.parse(line) as SubmitLine;
    if (counts) {
      this.alertedRows += counts.readings ?? 0;
      const told = Object.entries(counts).filter(([name, count]) => count > 0 && name !== 'readings');
      if (told.length > 0)
        this.#progress.line(
          'alerts',
          `batch ${batchId}: ${told.map(([name, count]) => `${count} ${name}`).join(', ')}`,
        );
    } else if (rows !== undefined) {
      this.#progress.line('spark', `${query} batch ${batchId}: ${rows} rows in ${formatDuration(Number(durationMs))}`);
    }
  }
}

/** Log lines are JSON where the output is; people want their text. */
function plain(line: string): string {
  if (!line.startsWith('{')) return line;
  const { msg } = JSON.parse(line) as SubmitLine;
  return msg ?? line;
}

async function until(
  holds: () => boolean,
  what: string,
  limitMs: number,
  signal: AbortSignal,
  command: ChildCommand,
): Promise<void> {
  const limit = Date.now() + limitMs;
  let exitCode: number | undefined;
  command.exited.then((code) => {
    exitCode = code;
  });
  while (!holds()) {
    signal.throwIfAborted();
    if (exitCode !== undefined)
      throw new OperatorError('DEMO_FAILED', `submit ended with code ${exitCode}; what it said is above`);
    if (Date.now() > limit) throw new OperatorError('DEMO_FAILED', `waited ${formatDuration(limitMs)} for ${what}`);
    await delay(100, undefined, { signal });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
