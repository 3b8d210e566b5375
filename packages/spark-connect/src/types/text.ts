/** The text, or its beginning with an ellipsis where it is longer than `limit`. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
