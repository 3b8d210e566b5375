import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { isStreamRemoved } from '../errors.ts';

/** Headers that change while a session lives: a proxy's token that ends, for example. */
export interface CallHeaders {
  /** Asked before every call, so it should answer at once as a rule. What it throws fails the call as `unauthenticated`. */
  get(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** A call was not let through, perhaps for its headers: the next `get` may want to give new ones. */
  refused?(): void;
}

const FAILED = 'call-headers-failed';

/** Whether it was the headers' own source that failed the call, whose words say why. */
export function isCallHeadersFailure({ metadata }: { readonly metadata: Metadata }): boolean {
  return metadata.get(FAILED).length > 0;
}

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
          metadata.set(FAILED, 'true');
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
