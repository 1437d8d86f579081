// What the tests of the console share: a second person beside, and a look at pages as two machines see them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { assertAccessible } from './axe.mjs';
import { assertGeometry, assertZoomed } from './geometry.mjs';
import { assertSound } from './markup.mjs';
import { sentHtml, watchNetwork } from './network.mjs';
import { addresses, newContext, origins } from './session.mjs';

/** A second browser beside the scene's own, for the second person; watched as the first one is. */
export async function beside(scene) {
  const context = await newContext({ width: 1280 });
  const app = addresses();
  const log = watchNetwork(context, origins(app));
  try {
    return await scene(await context.newPage(), log, app);
  } finally {
    await context.close();
  }
}

/** axe, geometry and markup of pages at a phone's and a desk's width. */
export async function look({ page, app, log }, paths) {
  const found = [];
  for (const path of paths) {
    await page.goto(`${app.console}${path}`);
    await assertSound(await sentHtml(log, page), path).catch((error) => found.push(error.message));
    assert.equal(await page.locator('h1').count(), 1, path);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, `${path}, ${width} px`).catch((error) => found.push(error.message));
      await assertGeometry(page, `${width} px`).catch((error) => found.push(error.message));
    }
    await assertZoomed(page, path).catch((error) => found.push(error.message));
  }
  assert.ok(found.length === 0, [...new Set(found)].join('\n\n'));
}

/** Clicks what leads to another page, and waits until it is there. */
export async function go(page, locator) {
  await Promise.all([page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame()), locator.click()]);
  await page.waitForLoadState('load');
}

/** What the page is on paper: how many pages of A4, their text, and where the rightmost word ends, in points of 595. */
export async function printed(page) {
  const pdf = await page.pdf({ preferCSSPageSize: true, format: 'A4', printBackground: false });
  const run = (program, ...flags) => execFileSync(program, flags, { input: pdf, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const facts = run('pdfinfo', '-');
  assert.match(facts, /Page size:\s+59[45][.\d]* x 84[12][.\d]* pts/, facts);
  const ends = run('pdftotext', '-bbox', '-', '-').matchAll(/<word [^>]*xMax="([\d.]+)"/g);
  return {
    pages: Number(/^Pages:\s+(\d+)$/m.exec(facts)[1]),
    text: run('pdftotext', '-raw', '-', '-'),
    right: [...ends].reduce((most, [, end]) => Math.max(most, Number(end)), 0),
  };
}

/** Paper leads nowhere and is pressed nowhere. */
const SCREEN_ONLY = '.rail, .menu, .crumbs, .skip-link, .practice-bar, .bar__button, button[data-print]';
/** The page's margin on the right begins here, and a hair more. */
const MARGIN = 548;
/** Without the spaces that a line's end brings on paper, and with each character as the keyboard writes it. */
const bare = (words) => words.normalize('NFKC').replaceAll(/\s/g, '');

/** A page of the console as it is printed: A4, with its heading and the `mark` of its world, without navigation, nothing cut off. */
export async function assertPrints(page, mark) {
  const path = new URL(page.url()).pathname;
  const heading = await page.locator('h1').innerText();
  await page.emulateMedia({ media: 'print' });
  const left = await page.locator(SCREEN_ONLY).evaluateAll((all) => all.filter((one) => one.getClientRects().length).map((one) => one.outerHTML.slice(0, 80)));
  await page.emulateMedia({ media: null });
  assert.deepEqual(left, [], `${path}: this is on paper too`);
  const paper = await printed(page);
  for (const words of [heading, mark]) assert.ok(bare(paper.text).includes(bare(words)), `${path}: 「${words}」 is not on paper: ${paper.text.slice(0, 400)}`);
  assert.ok(paper.right <= MARGIN, `${path}: a word ends at ${paper.right} points, and the margin begins at ${MARGIN}`);
}
