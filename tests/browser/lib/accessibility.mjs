// The tests of one browser: axe, geometry, zoom and markup on every page. Two files call it, one per worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { NOT_FOUND, formPages, quietPages, resultPages, yuchoPage } from './every-page.mjs';
import { assertGeometry, assertZoomed } from './geometry.mjs';
import { assertSound } from './markup.mjs';
import { visit } from './session.mjs';

const EMPTY = new Set(['empty', 'as it is']);
// A field that is filled in changes nothing that axe looks at.
const WITHOUT_AXE = new Set(['filled']);
const LIMIT = 150_000;

/** Every page as it opens is looked at in all widths; its other states only where they can differ. 109 gets axe once. */
async function examine(page, state, version) {
  const first = EMPTY.has(state);
  const axeAt = version === '109' ? (first ? [320] : []) : first ? [320, 1280] : WITHOUT_AXE.has(state) ? [] : [390];
  const failures = [];
  const attempt = (check) => check.catch((error) => failures.push(error));
  for (const width of first ? [320, 390, 1280] : [320, 390]) {
    await page.setViewportSize({ width, height: 800 });
    if (axeAt.includes(width)) await attempt(assertAccessible(page, `${state}, ${width} px`));
    await attempt(assertGeometry(page, `${state}, ${width} px`));
  }
  if (first) await attempt(assertZoomed(page, state));
  return failures;
}

/** Collects instead of stopping at the first, so that one run tells everything; the same finding of many pages once. */
export function collector(version) {
  const found = new Map();
  const titles = new Map();
  const note = ({ message }) => {
    const [where, ...what] = message.split('\n');
    const key = what.join('\n');
    found.set(key, [...(found.get(key) ?? []), where]);
  };
  async function look(page, state, html) {
    const path = new URL(page.url()).pathname;
    await assertSound(html, `${path}, ${state}`).catch(note);
    (await examine(page, state, version)).forEach(note);
    await assertFrame(page, state, path, titles).catch(note);
  }
  const settle = () => found.size && assert.fail([...found].map(([what, where]) => `${where.join(' | ')}\n${what}`).join('\n\n'));
  return { look, settle };
}

/** Check 10: one H1, lang, a title of its own, 「エラー：」 exactly when there are errors. */
async function assertFrame(page, state, path, titles) {
  const frame = await page.evaluate(() => ({
    h1: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    errors: document.querySelector('#errors') !== null,
    zoom: document.querySelector('meta[name=viewport]')?.content ?? '',
  }));
  const title = await page.title();
  assert.equal(frame.h1, 1, `one H1 on ${path}, ${state}`);
  assert.equal(frame.lang, 'ja');
  assert.doesNotMatch(frame.zoom, /maximum-scale|user-scalable/);
  assert.equal(/^(【[^】]+】)?エラー：/.test(title), frame.errors, `the title of ${path}, ${state} is 「${title}」`);
  const bare = title.replace('エラー：', '');
  const owner = titles.get(bare) ?? path;
  titles.set(bare, owner);
  assert.equal(owner, path, `「${bare}」 is the title of one page only`);
}

export function accessibilityOf(version) {
  const scenes = { 'the form': formPages, 'ゆうちょ銀行\'s account page': yuchoPage, 'other results': resultPages, 'pages beside the form': quietPages };
  for (const [name, scene] of Object.entries(scenes)) {
    test(`${name} in ${version}`, (t) => visit(t, { version, limit: LIMIT, allow: NOT_FOUND }, async (stage) => {
      const { look, settle } = collector(version);
      await scene(stage, look);
      settle();
    }));
  }

  test(`geometry without JavaScript in ${version}`, (t) => visit(t, { version, js: false, width: 320, limit: LIMIT }, async (stage) => {
    const found = [];
    await formPages(stage, async (page, state) => {
      if (state !== 'filled') await assertGeometry(page, `${state}, 320 px`).catch((error) => found.push(error.message));
    });
    if (found.length) assert.fail(found.join('\n\n'));
  }));
}
