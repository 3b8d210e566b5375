/** What the server keeps of a failed call beyond the status that told of it, which has room for 2 KiB only. */
import { codeOfServerError } from '../error-codes.ts';
import { partStack, withoutPlan } from '../error-message.ts';
import { type QueryContext, SparkConnectError } from '../errors.ts';
import {
  FetchErrorDetailsResponse_QueryContext_ContextType as ContextType,
  type FetchErrorDetailsResponse,
  type FetchErrorDetailsResponse_Error,
  type FetchErrorDetailsResponse_QueryContext,
} from '../gen/spark/connect/base_pb.js';

/** The error with the server's whole message, its causes and its stack; as it is where the server tells nothing. */
export function withDetails(
  error: SparkConnectError,
  { rootErrorIdx, errors }: FetchErrorDetailsResponse,
): SparkConnectError {
  const chain = rootErrorIdx === undefined ? [] : causes(errors, rootErrorIdx);
  const [root] = chain;
  if (root === undefined) return error;
  let cause: unknown = error.cause;
  for (const inner of chain.slice(1).reverse()) {
    const own = describe(inner, 'execution', { cause: cause === error.cause ? undefined : cause });
    // Where this error was made says nothing: it happened there.
    own.stack = `${own.name}: ${own.message}`;
    cause = own;
  }
  return describe(root, error.code, {
    cause,
    errorClass: error.errorClass,
    sqlState: error.sqlState,
    messageParameters: error.messageParameters,
    errorId: error.errorId,
    grpcCode: error.grpcCode,
    serverStackTrace: stackTrace(chain) ?? error.serverStackTrace,
  });
}

/** From the outermost to the innermost; a cause that points back ends the chain. */
function causes(errors: readonly FetchErrorDetailsResponse_Error[], root: number): FetchErrorDetailsResponse_Error[] {
  const chain = new Set<FetchErrorDetailsResponse_Error>();
  for (let next = errors[root]; next !== undefined && !chain.has(next); ) {
    chain.add(next);
    next = next.causeIdx === undefined ? undefined : errors[next.causeIdx];
  }
  return [...chain];
}

function describe(
  { message: raw, errorTypeHierarchy, sparkThrowable: thrown }: FetchErrorDetailsResponse_Error,
  fallback: SparkConnectError['code'],
  known: ConstructorParameters<typeof SparkConnectError>[2],
): SparkConnectError {
  const [exceptionClass] = errorTypeHierarchy;
  // A stack within the message is part of serverStackTrace, which has the message as it came.
  const { message: told, stackTrace: jobStack } = partStack(raw);
  const message = withoutPlan(told, exceptionClass);
  const errorClass = thrown?.errorClass ?? known?.errorClass;
  return new SparkConnectError(codeOfServerError(errorClass, errorTypeHierarchy) ?? fallback, message, {
    ...known,
    errorClass,
    sqlState: thrown?.sqlState ?? known?.sqlState,
    messageParameters: thrown === undefined ? known?.messageParameters : { ...thrown.messageParameters },
    exceptionClass,
    serverStackTrace: known?.serverStackTrace ?? jobStack,
    queryContexts: thrown?.queryContexts.map(queryContext),
  });
}

function queryContext({ contextType, ...context }: FetchErrorDetailsResponse_QueryContext): QueryContext {
  const { objectType, objectName, startIndex, stopIndex, fragment, callSite, summary } = context;
  const type = contextType === ContextType.DATAFRAME ? 'dataframe' : 'sql';
  return { contextType: type, objectType, objectName, startIndex, stopIndex, fragment, callSite, summary };
}

/** As Java prints it. */
function stackTrace(chain: readonly FetchErrorDetailsResponse_Error[]): string | undefined {
  if (chain.every(({ stackTrace }) => stackTrace.length === 0)) return undefined;
  return chain
    .flatMap(({ errorTypeHierarchy: [type = 'an exception'], message, stackTrace: frames }, i) => [
      `${i === 0 ? '' : 'Caused by: '}${type}: ${message}`,
      ...frames.map(
        ({ declaringClass, methodName, fileName, lineNumber }) =>
          `\tat ${declaringClass}.${methodName}(${fileName ?? 'Unknown Source'}:${lineNumber})`,
      ),
    ])
    .join('\n');
}
