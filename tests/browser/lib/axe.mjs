// axe-core with the tags of the accessibility promise. What axe cannot decide ("incomplete") must be signed off by a
// person in incomplete.json: { rule, page, target, reason }.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const signedOff = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'incomplete.json'), 'utf8'));

// The waiting page reloads itself for those without JavaScript; it says so and has a link that does the same.
const ALLOWED = [{ rule: 'meta-refresh', page: /^\/result/ }];

const flatten = (results) => results.flatMap(({ id, help, nodes }) => nodes.map(({ target, any, all, html }) => ({
  rule: id,
  help,
  target: target.join(' '),
  html: html.slice(0, 160),
  why: [...any, ...all].map(({ message }) => message).join('; '),
})));

/** `{ violations, incomplete }` as flat lists. Needs a page with scripts on: axe waits by timers. */
export async function runAxe(page) {
  const answer = await new AxeBuilder({ page })
    .options({ rules: { 'label-content-name-mismatch': { enabled: true } } })
    .withTags(TAGS)
    .setLegacyMode(true)
    .analyze();
  return { violations: flatten(answer.violations), incomplete: flatten(answer.incomplete) };
}

function isSigned({ rule, target }, path) {
  return signedOff.some((one) => one.rule === rule && path.startsWith(one.page) && (one.target === '*' || one.target === target));
}

const inWords = ({ rule, help, target, why, html }) => `${rule}: ${help}; ${target}; ${why}; ${html}`;

/** No violation, and nothing undecided that is not signed off. */
export async function assertAccessible(page, state) {
  const path = new URL(page.url()).pathname;
  const { violations, incomplete } = await runAxe(page);
  const bad = violations.filter(({ rule }) => !ALLOWED.some((one) => one.rule === rule && one.page.test(path)));
  assert.ok(bad.length === 0, `axe on ${path}, ${state}\n${bad.map(inWords).join('\n')}`);
  const open = incomplete.filter((one) => !isSigned(one, path));
  assert.ok(open.length === 0, `axe could not decide on ${path}, ${state}; look, and sign off in incomplete.json\n${open.map(inWords).join('\n')}`);
}
