/** What the user may write for an option; Spark itself knows text only. */
export type OptionValue = string | number | bigint | boolean;
/** Options by their names, whose case Spark does not mind. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

function optionText(value: OptionValue): string {
  return String(value);
}

/** Options as text; Spark does not mind the case of their names, so a later spelling replaces an earlier one. */
export function mergeOptions(
  existing: Readonly<Record<string, string>>,
  added: OptionValues,
): Readonly<Record<string, string>> {
  const merged = new Map(Object.entries(existing).map((entry) => [entry[0].toLowerCase(), entry] as const));
  for (const [key, value] of Object.entries(added)) merged.set(key.toLowerCase(), [key, optionText(value)]);
  return Object.freeze(Object.fromEntries(merged.values()));
}
