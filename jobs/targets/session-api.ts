import { OperatorError } from '../../settings/index.ts';

/** A session's life on EMR: SUBMITTED → STARTING → STARTED → IDLE ⇄ BUSY → TERMINATING → TERMINATED, or FAILED. */
export type SessionState =
  | 'SUBMITTED'
  | 'STARTING'
  | 'STARTED'
  | 'IDLE'
  | 'BUSY'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'FAILED'
  // What AWS may add one day.
  | (string & {});

export interface SessionStanding {
  readonly id: string;
  readonly state: SessionState;
  /** Why it is in that state; empty where AWS does not say. */
  readonly reason: string;
}

/** Where a session's Spark Connect server is, and the token that opens it for a while. */
export interface SessionEndpoint {
  /** Host, `host:port`, or a URL of one. */
  readonly address: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * The five calls that EMR on EC2 and EMR Serverless have for sessions, in one form.
 * @see https://docs.aws.amazon.com/emr/latest/APIReference/API_StartSession.html
 */
export interface SessionApi {
  /** `cluster j-…` or `application 00…`, for people. */
  readonly place: string;
  readonly region: string | undefined;
  /** Sessions of that name, newest first, ended ones too as long as AWS remembers them. */
  list(name: string): Promise<readonly SessionStanding[]>;
  /** @param token makes the call idempotent: with the same one AWS answers with the same session */
  start(options: { readonly name: string; readonly token: string; readonly idleMinutes: number }): Promise<string>;
  get(id: string): Promise<SessionStanding>;
  endpoint(id: string): Promise<SessionEndpoint>;
  terminate(id: string): Promise<void>;
}

/** Whether calls can be sent to it, or will soon. */
export function isAlive({ state }: SessionStanding): boolean {
  return !hasEnded(state) && state !== 'TERMINATING';
}

export function isReady({ state }: SessionStanding): boolean {
  return state === 'IDLE' || state === 'BUSY';
}

export function hasEnded(state: SessionState): boolean {
  return state === 'TERMINATED' || state === 'FAILED';
}

/** For an answer of AWS that lacks what its types promise. */
export function incomplete(what: string): never {
  throw new OperatorError('EMR_ANSWER_INCOMPLETE', `EMR answered without ${what}`, {
    next: 'Try again; if it stays so, the release may differ from those that this was written for.',
  });
}
