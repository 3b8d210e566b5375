/**
 * Gives classes their own names again: esbuild writes one that names itself as `var Column = class _Column`, and errors, stacks
 * and consoles would show that. Its `keepNames` would too, at the price of a call for every function that is made.
 */
export function withClassNames(code: string): string {
  const own = new Map<string, string>();
  for (const [, name = ''] of code.matchAll(/^var (\w+) = class _\1\b/gm)) own.set(`_${name}`, name);
  // Not a property of that name; three dots are a spread.
  return code.replaceAll(/(?<![\w$]|(?<!\.\.)\.)_[A-Z]\w*/g, (word) => own.get(word) ?? word);
}
