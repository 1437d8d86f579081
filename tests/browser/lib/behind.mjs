// What a test does behind the pages: a demo of its own, time that has passed, switches that an operator turns.
import { execFileSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startDemo, withoutOurs } from './demo.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
const program = process.env.MIZUMADO_BIN ?? join(root, 'target', 'debug', 'mizumado');
const results = process.env.MIZUMADO_TEST_RESULTS ?? join(root, 'test-results');
const folder = () => dirname(process.env.MIZUMADO_ADDRESSES);

/** A demo for one file alone; `settings` are variables as the program reads them, `how` is `startDemo`'s. Answers how to stop it. */
export async function ownDemo(name, settings = {}, how = {}) {
  const demo = await startDemo(program, join(results, name), process.env, settings, how);
  process.env.MIZUMADO_ADDRESSES = demo.file;
  return demo.stop;
}

/** Stops the demo of this file, and starts it again on what it has, with its clock so many days ahead. Answers how to stop it. */
export async function daysLater(stop, name, days) {
  const how = { folder: folder(), flags: ['--days-ahead', String(days)] };
  await stop({ keep: true });
  return ownDemo(name, {}, how);
}

/** A statement to the demo's database. */
export function sql(statement) {
  return execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(folder(), 'mizumado.db'), statement], { encoding: 'utf8' });
}

/** What seals the answers of an application as the demo does, with the key that it made for itself. */
function sealing() {
  const text = readFileSync(join(folder(), 'keys.toml'), 'utf8');
  const name = /^current = "(.+)"$/m.exec(text)[1];
  const key = Buffer.from(new RegExp(`^${name} = "([0-9a-f]{64})"$`, 'm').exec(text)[1], 'hex');
  return (row, plain) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(['applications', row, 'answers', name].join('\u2016')));
    const sealed = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${name}.${Buffer.concat(sealed).toString('base64').replace(/=+$/, '')}`;
  };
}

/** The `n`th of the applications that nobody made: a minute before the last one, the first of them a day ago. */
function row(seal, n) {
  const id = `01T${String(n).padStart(23, '0')}`;
  const at = new Date(Date.now() - 86_400_000 - n * 60_000).toISOString().slice(0, 23).replace('T', ' ');
  const fields = { family_name: n % 2 ? '𠮷田' : '勅使河原', given_name: '花子' };
  const answers = seal(id, JSON.stringify({ fields, revs: {} }));
  return `('${id}', '${String(n).padStart(9, '0')}', 'draft', 1, '0140', '${answers}', 'rows${n}', 's${id}', 'rows', '${at}', false, '${at}', '${at}', '${at}')`;
}

/** So many registered applications, by the edges that the database allows; as tests/it/rows.rs writes them. */
export function fill(count) {
  const seal = sealing();
  const values = Array.from({ length: count }, (_, n) => row(seal, n));
  const statements = [`insert into terms_versions (hash, version, body, first_shown_at) values ('rows', '1', '', '2026-01-01 00:00:00')`];
  while (values.length) {
    statements.push(`insert into applications (id, receipt_number, state, rev, institution_code, answers, customer_index, submit_key, terms_hash,
      terms_accepted_at, mail_wanted, created_at, updated_at, confirmed_at) values ${values.splice(0, 500).join(',')}`);
  }
  statements.push(`insert into application_events (application_id, no, from_state, to_state, actor, cause, evidence, at)
    select id, 1, 'none', 'draft', 'applicant', 'terms_accepted', '', created_at from applications where terms_hash = 'rows'`);
  statements.push(`update applications set event_no = 1 where terms_hash = 'rows'`);
  for (const [from, to] of [['draft', 'confirmed'], ['confirmed', 'at_institution'], ['at_institution', 'checking'], ['checking', 'registered']]) {
    const those = `terms_hash = 'rows' and state = '${from}'`;
    statements.push(`insert into application_events (application_id, no, from_state, to_state, actor, cause, evidence, at)
      select id, event_no + 1, state, '${to}', 'system', 'inquiry', '', confirmed_at from applications where ${those}`);
    const decided = to === 'registered' ? 'confirmed_at' : 'null';
    statements.push(`update applications set state = '${to}', event_no = event_no + 1, decided_at = ${decided} where ${those}`);
  }
  const input = ['begin immediate', ...statements, 'commit'].map((one) => `${one};\n`).join('');
  execFileSync('sqlite3', ['-bail', '-cmd', '.timeout 10000', join(folder(), 'mizumado.db')], { input, encoding: 'utf8' });
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
