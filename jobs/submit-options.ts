/** The command line of submit, as commander reads it. */
export interface SubmitOptions {
  readonly list?: boolean;
  readonly remote?: string;
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly trigger?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  readonly replace?: boolean;
  readonly olderThan?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}
