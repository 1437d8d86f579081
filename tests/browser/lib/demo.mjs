// Starts and stops one `mizumado demo` in its own folder.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

const LISTENERS = ['public', 'console', 'gateway', 'mail', 'training'];
const READY_MS = 60_000;
const STOP_MS = 15_000;

function readAddresses(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // half written
  }
}

/** The program reads MIZUMADO_… as its own settings and refuses what it does not know; ours are not for it. */
export const withoutOurs = (environment) => Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('MIZUMADO_')));

/** `flags` are of the command line; with a `folder`, a demo that was stopped and kept goes on there. */
export async function startDemo(program, logFolder, environment = process.env, settings = {}, { flags = ['--empty'], folder = mkdtempSync(join(tmpdir(), 'mizumado-demo-')) } = {}) {
  // That of an earlier start says where nothing answers any more.
  rmSync(join(folder, 'addresses.json'), { force: true });
  mkdirSync(logFolder, { recursive: true });
  const logFile = join(logFolder, 'demo.log');
  const log = openSync(logFile, 'w');
  const listeners = LISTENERS.flatMap((name) => [`--${name}`, '127.0.0.1:0']);
  const child = spawn(program, ['demo', ...flags, '--dir', folder, ...listeners], {
    stdio: ['ignore', log, log],
    env: { ...withoutOurs(environment), ...settings },
  });
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code));
    child.on('error', (error) => resolve(error.message));
  });
  let end;
  ended.then((how) => (end = how));

  async function stop({ keep = false } = {}) {
    if (end === undefined) child.kill('SIGTERM');
    const how = await until(() => (end === undefined ? false : { end }), STOP_MS).catch(() => ({ end: 'late' }));
    if (how.end === 'late') child.kill('SIGKILL');
    await ended;
    if (!keep) rmSync(folder, { recursive: true, force: true });
    return how.end;
  }

  const file = join(folder, 'addresses.json');
  try {
    const addresses = await until(() => {
      if (end !== undefined) throw new Error(`the demo ended at its start (${end}); see ${logFile}`);
      return readAddresses(file);
    }, READY_MS, `no ${file} after ${READY_MS / 1000} s; see ${logFile}`);
    return { addresses, file, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
