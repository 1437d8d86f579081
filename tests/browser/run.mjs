// Runs the browser tests: `node run.mjs [part of a file name …]`.
// Each worker has its own demo; test files are handed out one at a time. The last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startDemo } from './lib/demo.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const program = resolve(process.env.MIZUMADO_BIN ?? join(root, 'target', 'debug', 'mizumado'));
const results = resolve(process.env.MIZUMADO_TEST_RESULTS ?? join(root, 'test-results'));
const workers = Number(process.env.MIZUMADO_WORKERS ?? 2);
// A file's bound on a busy machine; a quiet one needs a third of it.
const FILE_MS = 1_500_000;
// Long ones first, so that no worker idles at the end.
const HEAVY = ['exercises', 'accessibility', 'accessibility-109', 'journeys', 'journeys-odd', 'errors', 'pictures', 'deliverables', 'practice-desk', 'done-when'];
// They need none, or one of their own.
const NEED_NO_DEMO = new Set(['browsers', 'tools', 'passkeys', 'rare-pages', 'inquiries', 'incidents', 'exercises', 'deliverables', 'pictures', 'practice-desk', 'rows', 'done-when'].map((name) => `${name}.test.mjs`));

const run = randomUUID();
const environment = { ...process.env, BROWSER_TEST_RUN: run, MIZUMADO_TEST_RESULTS: results, MIZUMADO_BIN: program };
delete environment.NODE_TEST_CONTEXT;
const total = { passed: 0, failed: 0, skipped: 0 };
// Said again at the end: whoever sees only the end of a log must see what failed, and how.
const failures = [];
const LINES_OF_A_FAILURE = 12;

function fail(what) {
  total.failed += 1;
  failures.push([`not ok ${what}`]);
  console.log(`not ok ${what}`);
}

function testFiles(wanted) {
  const weight = (file) => (HEAVY.indexOf(file.replace('.test.mjs', '')) + 1 || HEAVY.length + 1);
  return readdirSync(here)
    .filter((file) => file.endsWith('.test.mjs'))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort((a, b) => weight(a) - weight(b) || a.localeCompare(b));
}

function runFile(file, addresses) {
  const flags = ['--test', `--test-timeout=${FILE_MS}`, `--test-reporter=${join(here, 'lib', 'reporter.mjs')}`];
  const child = spawn(process.execPath, [...flags, join(here, file)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...environment, ...(addresses ? { MIZUMADO_ADDRESSES: addresses } : {}) },
  });
  let counted = false;
  let failure;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('not ok ')) failures.push(failure = []);
    else if (!line.startsWith('    ')) failure = undefined;
    const named = `${file.replace('.test.mjs', '')}: ${line}`;
    if (failure && failure.length < LINES_OF_A_FAILURE) failure.push(named);
    if (!line.startsWith('#count ')) return console.log(named);
    counted = true;
    for (const [kind, n] of Object.entries(JSON.parse(line.slice(7)))) total[kind] += n;
  });
  const limit = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), FILE_MS + 10_000);
  const started = Date.now();
  return new Promise((done) => {
    child.on('close', () => {
      clearTimeout(limit);
      console.log(`== ${file} took ${((Date.now() - started) / 1000).toFixed(0)} s`);
      if (!counted) fail(`${file} ended without a count (killed after ${FILE_MS / 1000} s, or fallen over)`);
      done();
    });
  });
}

async function work(number, queue) {
  let demo;
  try {
    for (let file = queue.shift(); file; file = queue.shift()) {
      if (!NEED_NO_DEMO.has(file)) demo ??= await startDemo(program, join(results, `worker-${number}`), environment);
      await runFile(file, demo?.file);
    }
  } catch (error) {
    fail(error.message);
  } finally {
    const how = demo && (await demo.stop());
    if (demo && how !== 0 && how !== 'SIGTERM') fail(`the demo of worker ${number} stopped with ${how}`);
  }
}

/** Living processes that carry this run's mark: none may be left. */
function leftovers() {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`BROWSER_TEST_RUN=${run}`)
        && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
    } catch {
      return false; // ended meanwhile, or not ours
    }
  });
}

function clearLeftovers() {
  for (const pid of leftovers()) {
    fail(`left behind: ${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 120)}`);
    process.kill(Number(pid), 'SIGKILL');
  }
}

// Interrupted: everything that carries our mark goes, by its own pid.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    clearLeftovers();
    process.exit(130);
  });
}

const queue = testFiles(process.argv.slice(2));
const needsProgram = queue.some((file) => !['browsers.test.mjs', 'tools.test.mjs'].includes(file));
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
if (needsProgram && !existsSync(program)) {
  fail(`no program at ${program}: build it, or set MIZUMADO_BIN`);
} else {
  await Promise.all(Array.from({ length: workers }, (_, number) => work(number + 1, queue)));
  clearLeftovers();
}
if (total.passed + total.failed === 0) fail('no test was run');
if (failures.length > 0) console.log(`\nwhat failed:\n${failures.flat().join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed ? 1 : 0;
