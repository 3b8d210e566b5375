/** Path of a module that does the same as the TypeScript entry, or undefined where none can be made. */
export function compiledEntry(entry: string, store?: string): Promise<string | undefined>;

/** Compiles TypeScript files with all that they import into a new folder, whose name begins with the one given. */
export function compileTogether(
  entries: readonly string[],
  name: string,
  store?: string,
): Promise<{
  readonly folder: string;
  /** The path of each entry's module. */
  readonly modules: ReadonlyMap<string, string>;
  /** Outside of node_modules. */
  readonly sources: readonly string[];
}>;
