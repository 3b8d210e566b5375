import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { isStreamRemoved } from '../errors.ts';
import { CALL_HEADERS_FAILED, type CallHeaders } from './call-headers.ts';

/** Puts the headers into each call, and into each new attempt of one. */
export function callHeadersInterceptor(headers: CallHeaders): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options);
    let cancelled = () => {};
    return new InterceptingCall(call, {
      start(metadata, listener, next) {
        let asking = true;
        /** The call does not begin: what is underneath, which would tell nobody, lets go of it too. */
        const end = (code: status, details: string, metadata = new Metadata()) => {
          asking = false;
          call.cancelWithStatus(code, details);
          listener.onReceiveStatus({ code, details, metadata });
        };
        cancelled = () => {
          if (asking) end(status.CANCELLED, 'Cancelled while the headers of the call were asked for');
        };
        const begin = (values: Readonly<Record<string, string>>) => {
          if (!asking) return;
          for (const [name, value] of Object.entries(values)) metadata.set(name, value);
          asking = false;
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
          setImmediate(() => {
            if (asking) end(status.UNAUTHENTICATED, details, metadata);
          });
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
      cancel(next) {
        cancelled();
        next();
      },
    });
  };
}
