// What a test does behind the pages: a demo of its own, time that has passed, switches that an operator turns.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { startDemo, withoutOurs } from './demo.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
const program = process.env.MIZUMADO_BIN ?? join(root, 'target', 'debug', 'mizumado');
const results = process.env.MIZUMADO_TEST_RESULTS ?? join(root, 'test-results');
const folder = () => dirname(process.env.MIZUMADO_ADDRESSES);

/** A demo for one file alone; `settings` are variables as the program reads them. Answers how to stop it. */
export async function ownDemo(name, settings = {}) {
  const demo = await startDemo(program, join(results, name), process.env, settings);
  process.env.MIZUMADO_ADDRESSES = demo.file;
  return demo.stop;
}

/** A statement to the demo's database. */
export function sql(statement) {
  return execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(folder(), 'mizumado.db'), statement], { encoding: 'utf8' });
}

/** Lets minutes pass since a time that a table holds. */
export function age(table, column, minutes) {
  sql(`update ${table} set ${column} = strftime('%Y-%m-%d %H:%M:%f', ${column}, '-${minutes} minutes')`);
}

/** A command of the operator. */
export function operator(...command) {
  const settings = ['--config', join(folder(), 'mizumado.toml')];
  return execFileSync(program, [...command, ...settings], { encoding: 'utf8', env: withoutOurs(process.env) });
}
