/** What an error says, whatever was thrown: an object may refuse to be a text. */
export function errorText(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'an error that has no text';
  }
}
