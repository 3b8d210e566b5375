// Runs a TypeScript entry in this process: node --conditions=source [--node-option…] scripts/start.mjs <entry.ts> [arguments…]
// The entry and what it imports of ours are compiled into a few files, which start in half of the time of some three hundred;
// they are made again when one of their sources has changed.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledEntry } from './compiled-entry.mjs';

const [, , entry, ...args] = process.argv;
if (entry === undefined) throw new Error('usage: node --conditions=source scripts/start.mjs <entry.ts> [arguments…]');
const source = resolve(entry);
process.argv = [process.execPath, source, ...args];
const compiled = await compiledEntry(source);
if (compiled === undefined) {
  // Nothing to compile yet, or nothing that compiles: tsx runs what it can, and shows where it cannot.
  const { register } = await import('tsx/esm/api');
  register();
}
// Where an error came from is shown on request only, and each module that is loaded with its map takes longer.
if (process.env.DEBUG) process.setSourceMapsEnabled(true);
await import(pathToFileURL(compiled ?? source).href);
