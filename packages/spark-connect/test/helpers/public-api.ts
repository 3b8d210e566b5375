/** What the package exports, as its sources declare it: names, members, docstrings. The formatter's layout makes it plain text to read. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ASYNC = /^(?:Promise|AsyncGenerator|AsyncIterable)</;
const NO_MEMBER = /^(?:constructor|private|protected|return|if|for)$/;
const MEMBER =
  /^ {2}((?:(?:static|override|async|abstract|declare|readonly|get|set) |\*)*)(?!(?:static|override|async|abstract|declare|readonly|get|set) )(\w+|\[Symbol\.\w+\])\??(?=[<(:=; ])/gm;
const SOURCES = join(import.meta.dirname, '..', '..', 'src');

export interface Documented {
  readonly name: string;
  /** Without its comment marks; empty where there is none. */
  readonly doc: string;
}

export interface Member extends Documented {
  readonly isStatic: boolean;
  /** Whether it gives a promise or an asynchronous iterator. */
  readonly isAsync: boolean;
}

export interface Declaration extends Documented {
  readonly kind: string;
  /** Whether a function gives a promise. */
  readonly isAsync: boolean;
  /** Of a class or an interface, with those it inherits. */
  readonly members: readonly Member[];
}

/** Every name that the package exports, types included. */
export function publicDeclarations(): Declaration[] {
  return exportedNames(join(SOURCES, 'index.ts')).map(({ name, file }) => declarationOf(file, name));
}

/** Every function of the namespace `functions`. */
export function publicFunctions(): (Declaration & { readonly file: string })[] {
  const index = join(SOURCES, 'functions', 'index.ts');
  const files = matches(textOf(index), /^export \* from '(.+)';$/gm).map(([, path = '']) => join(dirname(index), path));
  return files.flatMap((file) =>
    matches(textOf(file), /^export (?:const|function) (\w+)/gm)
      .map(([, name = '']) => name)
      .filter((name, index, all) => all.indexOf(name) === index)
      .map((name) => ({ ...declarationOf(file, name), file })),
  );
}

function exportedNames(file: string): { name: string; file: string }[] {
  const lists = matches(textOf(file), /^export (?:type )?\{([^}]+)\} from '(.+)';$/gm).flatMap(
    ([, names = '', path = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter(Boolean)
        .map((name) => ({ name, file: join(dirname(file), path) })),
  );
  const namespaces = matches(textOf(file), /^export \* as (\w+) from '(.+)';$/gm).map(([, name = '', path = '']) => ({
    name,
    file: join(dirname(file), path),
  }));
  return [...lists, ...namespaces];
}

function declarationOf(file: string, name: string): Declaration {
  const text = textOf(file);
  const pattern = new RegExp(
    `^export (?:abstract |async )*(class|interface|type|function|const) ${name}\\b(?:[^{\\n]*? extends (\\w+))?`,
    'm',
  );
  const found = pattern.exec(text);
  if (found === null) return elsewhere(file, name);
  const [, kind = '', parent] = found;
  const doc = docBefore(text, found.index);
  if (kind !== 'class' && kind !== 'interface') {
    const isAsync = kind === 'function' && ASYNC.test(returnType(text.slice(found.index)));
    return { name, doc, kind, isAsync, members: [] };
  }
  const body = text.slice(found.index, text.indexOf('\n}\n', found.index));
  const own = membersIn(body);
  const inherited = parent === undefined || /^(?:Error|Object)$/.test(parent) ? [] : parentMembers(text, file, parent);
  const names = new Set(own.map((member) => member.name));
  return {
    name,
    doc,
    kind,
    isAsync: false,
    members: [...own, ...inherited.filter((member) => !names.has(member.name))],
  };
}

/** A name that the file only passes on, or a namespace, which is a whole file. */
function elsewhere(file: string, name: string): Declaration {
  const text = textOf(file);
  const passed = exportedNames(file).find((entry) => entry.name === name);
  if (passed !== undefined) return declarationOf(passed.file, name);
  const [heading] = /^\/\*\*[\s\S]*?\*\//.exec(text) ?? [];
  if (heading !== undefined && file.endsWith('index.ts'))
    return { name, doc: bare(heading), kind: 'namespace', isAsync: false, members: [] };
  throw new Error(`${file} declares no ${name}`);
}

function parentMembers(text: string, file: string, parent: string): readonly Member[] {
  const path = new RegExp(`^import [^;]*\\b${parent}\\b[^;]* from '(.+)';$`, 'm').exec(text)?.[1];
  return declarationOf(path === undefined ? file : join(dirname(file), path), parent).members;
}

/** Methods, accessors and fields that are neither private nor the constructor; overloads count once. */
function membersIn(body: string): Member[] {
  const members = new Map<string, Member>();
  for (const { 1: modifiers = '', 2: name = '', index } of body.matchAll(MEMBER)) {
    if (NO_MEMBER.test(name)) continue;
    const before = members.get(name);
    members.set(name, {
      name,
      doc: docBefore(body, index) || (before?.doc ?? ''),
      isStatic: modifiers.includes('static'),
      isAsync: before?.isAsync || ASYNC.test(returnType(body.slice(index))),
    });
  }
  return [...members.values()];
}

/** What stands behind the parameters' closing parenthesis and its colon; empty for what has no parameters. */
function returnType(signature: string): string {
  const start = signature.indexOf('(');
  if (start < 0 || signature.slice(0, start).includes('\n')) return '';
  let depth = 0;
  for (let i = start; i < signature.length; i++) {
    if (signature[i] === '(') depth++;
    else if (signature[i] === ')' && --depth === 0) return /^\)(?:: (.*))?/.exec(signature.slice(i))?.[1] ?? '';
  }
  return '';
}

/** The docstring that ends right before a declaration. */
function docBefore(text: string, index: number): string {
  const before = text.slice(0, index).trimEnd();
  if (!before.endsWith('*/')) return '';
  const start = before.lastIndexOf('/*');
  return before.startsWith('/**', start) ? bare(before.slice(start)) : '';
}

function bare(comment: string): string {
  return comment
    .replaceAll(/^\s*\/?\*+\/? ?|\s*\*\/$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function matches(text: string, pattern: RegExp): RegExpExecArray[] {
  return [...text.matchAll(pattern)];
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}
