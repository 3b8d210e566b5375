import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { isStreamRemoved } from '../errors.ts';
import { CALL_HEADERS_FAILED, type CallHeaders } from './call-headers.ts';

/** Puts the headers into each call, and into each new attempt of one. */
export function callHeadersInterceptor(headers: CallHeaders): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        const begin = (values: Readonly<Record<string, string>>) => {
          for (const [name, value] of Object.entries(values)) metadata.set(name, value);
          next(metadata, {
            onReceiveStatus(outcome, pass) {
              if (outcome.code === status.UNAUTHENTICATED || isStreamRemoved(outcome)) headers.refused?.();
              pass(outcome);
            },
          });
        };
        const fail = (error: unknown) => {
          const details = error instanceof Error ? error.message : String(error);
          const metadata = new Metadata();
          metadata.set(CALL_HEADERS_FAILED, 'true');
          // The call is not in its caller's hands yet, who would be told of its end first.
          setImmediate(() => listener.onReceiveStatus({ code: status.UNAUTHENTICATED, details, metadata }));
        };
        // At once where that is possible: a call shall not wait for the next turn of the event loop without need.
        try {
          const values = headers.get();
          if (values instanceof Promise) values.then(begin).catch(fail);
          else begin(values);
        } catch (error) {
          fail(error);
        }
      },
    });
}
