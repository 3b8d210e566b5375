import type { Metadata } from '@grpc/grpc-js';

/** Headers that change while a session lives: a proxy's token that ends, for example. */
export interface CallHeaders {
  /** Asked before every call, so it should answer at once as a rule. What it throws fails the call as `unauthenticated`. */
  get(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** A call was not let through, perhaps for its headers: the next `get` may want to give new ones. */
  refused?(): void;
}

/** What such a failure is marked with. */
export const CALL_HEADERS_FAILED = 'call-headers-failed';

/** Whether it was the headers' own source that failed the call, whose words say why. */
export function isCallHeadersFailure({ metadata }: { readonly metadata: Metadata }): boolean {
  return metadata.get(CALL_HEADERS_FAILED).length > 0;
}
