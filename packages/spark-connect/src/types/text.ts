/** Whether UTF-8 can hold the text: half characters (lone surrogates) would become U+FFFD without a word. */
export function isWellFormed(text: string): boolean {
  // The second question is slow, and seldom to be asked.
  return !/[\ud800-\udfff]/.test(text) || !/\p{Surrogate}/u.test(text);
}

/** The text, or its beginning with an ellipsis where it is longer than `limit`. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
