import type { Environment } from '../../settings/index.ts';

/** Where one run of the demo keeps its things: apart from those of earlier runs, so that every count starts at zero. */
export interface DemoSurroundings {
  readonly topic: string;
  /** The run's folder on HDFS. */
  readonly folder: string;
  /** Who sends the run's mails: one catcher takes those of all runs, and of jobs that were submitted on the same stack. */
  readonly sender: string;
  /** What producer and jobs are told by their environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param at names the run: its start, to the second
 * @param pid names it too: two that wait for the same stack begin in the same second
 */
export function demoSurroundings(stack: Environment, at: Date, pid: number): DemoSurroundings {
  const run = `${at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${pid}`;
  const topic = `patient-vital-info-demo-${run}`;
  const folder = `/user/hadoop/instant-health/demo-${run}`;
  const sender = `alerts+demo-${run}@instant-health.example`;
  const environment = {
    MAIL_FROM: sender,
    KAFKA_TOPIC: topic,
    VITALS_DIR: `${folder}/patient-vital-info`,
    VITALS_CHECKPOINT: `${folder}/checkpoint-vital-info`,
    ALERTS_CHECKPOINT: `${folder}/checkpoint-vital-alerts`,
    QUARANTINE_DIR: `${folder}/quarantine`,
  };
  return { topic, folder, sender, environment: { ...definedOnly(stack), ...environment } };
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
