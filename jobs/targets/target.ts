import { type Environment, OperatorError, settingOf } from '../../settings/index.ts';

/** What a submission is sent to. */
export type Target =
  | { readonly kind: 'server'; readonly remote: string }
  /** An EMR cluster on EC2, by its id or its name. */
  | { readonly kind: 'cluster'; readonly cluster: string }
  /** An application of EMR Serverless. */
  | { readonly kind: 'application'; readonly application: string };

/** The options that name a target; at most one of them is given. */
export interface TargetOptions {
  readonly remote?: string;
  readonly cluster?: string;
  readonly application?: string;
}

const ADDRESS = /^sc:\/\//;
const CLUSTER_ID = /^j-[0-9A-Z]{5,20}$/;
const APPLICATION_ID = /^00[0-9a-z]{10,30}$/;
// EMR allows more, but no control characters; a name never looks like an address.
const CLUSTER_NAME = /^[^\p{Cc}:/]{1,256}$/u;

const TARGET_OPTIONS = ['remote', 'cluster', 'application'] as const;

/**
 * Recognises a target from its form, whichever option or variable it came by: `sc://…` is a server, `j-…` a cluster, `00…`
 * an application. Only a cluster's name needs its option.
 *
 * @throws OperatorError with exit code 2 that names the option or variable
 */
export function targetOf(options: TargetOptions, environment: Environment): Target {
  const given = TARGET_OPTIONS.filter((name) => options[name] !== undefined);
  const [option, second] = given;
  if (second !== undefined) {
    throw new OperatorError('USAGE', `--${option} and --${second} name two targets`, {
      exitCode: 2,
      next: 'Leave one of them out.',
    });
  }
  if (option === undefined) return serverOrId(settingOf(environment, 'SPARK_REMOTE') ?? '', 'SPARK_REMOTE');
  const text = (options[option] ?? '').trim();
  const recognised = byForm(text);
  if (recognised) return recognised;
  if (option === 'cluster' && CLUSTER_NAME.test(text)) return { kind: 'cluster', cluster: text };
  return serverOrId(text, `--${option}`);
}

function byForm(text: string): Target | undefined {
  if (ADDRESS.test(text)) return { kind: 'server', remote: text };
  if (CLUSTER_ID.test(text)) return { kind: 'cluster', cluster: text };
  if (APPLICATION_ID.test(text)) return { kind: 'application', application: text };
  return undefined;
}

/** What is wrong is not repeated: it may be a token in the wrong place. */
function serverOrId(text: string, setting: string): Target {
  const target = byForm(text);
  // Without any address the settings themselves say what is missing.
  if (target || text === '') return target ?? { kind: 'server', remote: '' };
  throw new OperatorError(
    'SETTING_INVALID',
    `${setting} is not valid: it expects a Spark Connect address, sc://host:port, or the id of a cluster (j-…) or of an application (00…)`,
    { exitCode: 2, next: 'A cluster is named with --cluster NAME.' },
  );
}

/** Whether a text is the id of a cluster, rather than its name. */
export function isClusterId(text: string): boolean {
  return CLUSTER_ID.test(text);
}
