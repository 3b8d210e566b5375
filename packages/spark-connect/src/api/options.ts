/** What the user may write for an option; Spark itself knows text only. */
export type OptionValue = string | number | bigint | boolean;
/** Options by their names, whose case Spark does not mind. What is undefined is left out, as None is in PySpark. */
export type OptionValues = Readonly<Record<string, OptionValue | undefined>>;

/** Options as text; Spark does not mind the case of their names, so a later spelling replaces an earlier one. */
export function mergeOptions(
  existing: Readonly<Record<string, string>>,
  added: OptionValues,
): Readonly<Record<string, string>> {
  const merged = new Map(Object.entries(existing).map((entry) => [entry[0].toLowerCase(), entry] as const));
  for (const [key, value] of Object.entries(added)) {
    if (value !== undefined) merged.set(key.toLowerCase(), [key, String(value)]);
  }
  return Object.freeze(Object.fromEntries(merged.values()));
}
