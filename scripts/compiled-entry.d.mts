/** Path of a module that does the same as the TypeScript entry, or undefined where none can be made. */
export function compiledEntry(entry: string, store?: string): Promise<string | undefined>;
