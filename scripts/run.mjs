// Every npm script starts here: makes node_modules current, then runs a TypeScript entry with the arguments given.
//   node scripts/run.mjs [--node-option…] <entry.ts> [arguments…]
// No dependencies, and syntax that an old Node can parse far enough to be told that it is too old.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINIMUM_NODE = [20, 19];
const GENERATED = join(root, 'packages', 'spark-connect', 'src', 'gen', '.stamp.json');
// Entries whose modules import the client, whose protobuf code is generated: it must be there before they are loaded.
// All other entries either do without or load the client after their own set-up.
const NEEDS_CLIENT = [
  { entries: /^(scripts[/](demo|bench)|test[/]faults)/, setUp: 'scripts/setup/main.ts' },
  { entries: /^jobs[/]/, setUp: 'scripts/setup/generated-code.ts' },
];
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const ORPHAN_POLL_MS = 500;
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
// AWS's SDK advises a newer Node, at every start; its version is fixed here, so there is nothing to heed.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...process.env };

const given = process.argv.slice(2);
const entryAt = given.findIndex((argument) => !argument.startsWith('--'));
const nodeOptions = given.slice(0, Math.max(0, entryAt));
const [entry, ...args] = given.slice(nodeOptions.length);
if (entryAt < 0) fail(2, 'usage: node scripts/run.mjs [--node-option…] <entry.ts> [arguments…]');
requireNode();
await makeModulesCurrent();
const entryPath = resolve(root, entry);
if (!existsSync(entryPath)) fail(2, `there is no ${entry} in this version of the project`);
await generateCodeFirst();
process.exitCode = await runTypeScript(entryPath, args, nodeOptions);

function runTypeScript(path, parameters, options = []) {
  const start = join(root, 'scripts', 'start.mjs');
  return run(process.execPath, [...options, '--conditions=source', start, path, ...parameters], 'inherit');
}

async function generateCodeFirst() {
  const need = NEEDS_CLIENT.find(({ entries }) => entries.test(entry));
  if (need === undefined || existsSync(GENERATED)) return;
  const code = await runTypeScript(join(root, need.setUp), []);
  if (code !== 0) process.exit(code);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  fail(2, `Node ${process.versions.node} is too old: this project needs Node ${MINIMUM_NODE.join('.')} or newer`);
}

/** Runs `npm ci` unless the installed packages are those of package-lock.json. */
async function makeModulesCurrent() {
  const stampPath = join(root, 'node_modules', '.instant-health-lock');
  const lockFile = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lockFile).digest('hex');
  const current = () => existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted;
  if (current()) return;

  const { acquireLock } = await import('./process-lock.mjs');
  const release = await acquireLock(join(root, '.cache', 'npm.lock'), {
    onWait: (pid) => console.error(`[npm] another command (pid ${pid}) is installing the packages: waiting`),
  });
  try {
    if (current()) return;
    if (!installedAsLocked(JSON.parse(lockFile.toString('utf8')))) await install();
    writeFileSync(stampPath, wanted);
  } finally {
    release();
  }
}

/** npm keeps its own account of what it installed: a user's `npm install` counts as well. */
function installedAsLocked(lock) {
  const accountPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(accountPath)) return false;
  const installed = JSON.parse(readFileSync(accountPath, 'utf8')).packages;
  return Object.entries(lock.packages).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

async function install() {
  const started = Date.now();
  console.error('[npm] installing the packages of package-lock.json');
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    console.error(`[npm] ${countPackages()} packages in place, ${seconds} s`);
  }, 2000);
  try {
    const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--no-progress'], ['ignore', 2, 2]);
    if (code !== 0) fail(1, `npm ci failed with code ${code}: see its message above`);
    console.error(`[npm] ready after ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    clearInterval(ticker);
  }
}

function countPackages() {
  try {
    return readdirSync(join(root, 'node_modules')).length;
  } catch {
    return 0;
  }
}

/** Runs a program in the project's folder and resolves to its exit code; signals sent to us reach it once. */
function run(file, parameters, stdio) {
  return new Promise((resolveCode) => {
    const child = spawn(file, parameters, { cwd: root, stdio, env });
    const forward = (signal) => {
      // The terminal has sent Ctrl-C to the whole foreground group already; a second one would mean "at once".
      if (signal !== 'SIGTERM' && inForeground()) return;
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    // npm killed with SIGKILL, or a job cancelled by its runner: nobody is left to tell us, and nothing shall go on.
    const parent = process.ppid;
    const orphanWatch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphanWatch);
      child.kill('SIGTERM');
    }, ORPHAN_POLL_MS);
    child.on('error', (error) => fail(1, `${file} cannot be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearInterval(orphanWatch);
      for (const name of FORWARDED) process.off(name, forward);
      resolveCode(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0));
    });
  });
}

/** True when this process belongs to the foreground group of a terminal (proc(5): pgrp, tty_nr and tpgid). */
function inForeground() {
  if (process.platform !== 'linux') return process.stdin.isTTY === true;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return terminal !== '0' && group === foreground;
}

function fail(code, message) {
  console.error(message);
  process.exit(code);
}
