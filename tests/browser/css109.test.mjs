// The stylesheets as they are served, asked of the real Chromium 109, piece by piece.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import { questions, refused } from './lib/css109.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

after(closeAll);

async function stylesheets(page) {
  const addresses = await page.evaluate(() => [...document.styleSheets].map((sheet) => sheet.href));
  return Promise.all(addresses.map(async (address) => ({ address, css: await (await fetch(address)).text() })));
}

for (const path of ['/', '/easy']) {
  test(`Chromium 109 understands all of the stylesheets of ${path}`, (t) => visit(t, { version: '109' }, async ({ page, app }) => {
    await form.open(page, app, path);
    const sheets = await stylesheets(page);
    assert.ok(sheets.length > 0);
    for (const { address, css } of sheets) {
      assert.ok(questions(css).length > 50, `${address} was read`);
      assert.deepEqual(await refused(page, css), [], address);
    }
  }));
}
