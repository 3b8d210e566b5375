const TICK_MS = 2000;
const QUIET_TICK_MS = 10_000;

/** Where progress lines go. The default is standard error, so that results alone are on standard output. */
export type WriteLine = (line: string) => void;

/** One task's progress: what it does at the moment, repeated with the time so far until it is done. */
export interface TaskProgress {
  /** Replaces what the task is said to be doing; shown at the next tick. */
  detail(text: string): void;
  /** Ends the task with a last line. */
  done(text: string): void;
  /** Ends the task without a line; the caller reports the failure. */
  stop(): void;
}

export interface Progress {
  line(label: string, text: string): void;
  task(label: string, text: string): TaskProgress;
}

/** Plain lines, the same for terminals and log files: `[label] text, 12 s`. */
export function lineProgress(write: WriteLine = (line) => process.stderr.write(`${line}\n`)): Progress {
  const line = (label: string, text: string) => write(`[${label}] ${text}`);
  return {
    line,
    task(label, text) {
      const started = Date.now();
      let current = text;
      let lastText = text;
      let lastTime = started;
      line(label, text);
      const timer = setInterval(() => {
        const now = Date.now();
        if (current === lastText && now - lastTime < QUIET_TICK_MS) return;
        lastText = current;
        lastTime = now;
        line(label, `${current}, ${seconds(now - started)}`);
      }, TICK_MS);
      const stop = () => clearInterval(timer);
      return {
        detail: (detail) => {
          current = detail;
        },
        done: (result) => {
          stop();
          line(label, `${result} (${seconds(Date.now() - started)})`);
        },
        stop,
      };
    },
  };
}

function seconds(milliseconds: number): string {
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 1000)} s`;
}
