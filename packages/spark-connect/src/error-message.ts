/** What a server's message has for people. The text of a program's own errors may look like anything, and stays whole. */

/** The exception whose message Spark ends with the plan that it could not analyse. */
const WITH_PLAN = 'org.apache.spark.sql.catalyst.ExtendedAnalysisException';
/** A plan's root, alone or with a branch in the next line; a long message has lost its end. */
const PLAN = /;\n(?=['!~]?[A-Z]\w*(?:[ [(].*)?(?:\n *[+:]- |(?:\.\.\.)?\s*$))/g;
const FRAME = /^\tat [\w.$/<>]+\(.*\)$/;
const BETWEEN_FRAMES = /^(?:Caused by: .*|\t\.\.\. \d+ more|)$/;
/** How a failed job's message ends, also within a streaming query's, or where the server has cut it off. */
const END_OF_FRAMES = /^(?:Driver stacktrace:(?: SQLSTATE: \w{5})?|\t.*\.\.\.|\.\.\.)$/;

/** The message without the plan that an analysis error ends with. */
export function withoutPlan(message: string, exceptionClass: string | undefined): string {
  if (exceptionClass !== WITH_PLAN) return message;
  // The last one: what looks like a plan before it is a name or a text of the program's.
  const plan = Array.from(message.matchAll(PLAN)).at(-1);
  return plan === undefined ? message : message.slice(0, plan.index);
}

/** Parts the message from the stack that a failed job's ends with. */
export function partStack(raw: string): { readonly message: string; readonly stackTrace: string | undefined } {
  const lines = raw.trimEnd().split('\n');
  let first: number | undefined;
  if (END_OF_FRAMES.test(lines.at(-1) ?? '')) {
    for (let i = lines.length - 2; i > 0; i--) {
      if (FRAME.test(lines[i] ?? '')) first = i;
      else if (!BETWEEN_FRAMES.test(lines[i] ?? '')) break;
    }
  }
  if (first === undefined) return { message: raw.trim(), stackTrace: undefined };
  return { message: lines.slice(0, first).join('\n').trim(), stackTrace: lines.slice(first).join('\n') };
}
