// Weight and speed of the public pages against ux.md 4.3.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import { BUDGETS, firstPaint, over, weigh } from './lib/budget.mjs';
import { inDrops, moved } from './lib/drops.mjs';
import * as form from './lib/pages.mjs';
import { newContext, visit } from './lib/session.mjs';

after(closeAll);

const WITH_HTMX = new Set(['place', 'account']);

/** A new context with the cookies of this one: everything is loaded as for the first time. */
async function cold(context, scene) {
  const fresh = await newContext({ more: { storageState: await context.storageState() } });
  try {
    return await scene(await fresh.newPage());
  } finally {
    await fresh.close();
  }
}

describe('weight', () => {
  test('of the first page', (t) => visit(t, {}, async ({ page, app }) => {
    const weight = await weigh(page, `${app.public}/`);
    t.diagnostic(`/ ${JSON.stringify(weight)}`);
    assert.deepEqual(over(weight, BUDGETS.start), []);
  }));

  test('of every step, cold', (t) => visit(t, {}, async ({ page, context, app }) => {
    const who = form.person();
    const found = [];
    await form.start(page, app);
    await form.walk(page, who, 'check', async (step) => {
      const weight = await cold(context, (fresh) => weigh(fresh, page.url()));
      t.diagnostic(`${step} ${JSON.stringify(weight)}`);
      found.push(...over(weight, BUDGETS[step] ?? (WITH_HTMX.has(step) ? BUDGETS.htmx : BUDGETS.step)).map((one) => `${step} ${one}`));
    });
    assert.deepEqual(found, []);
  }));

  // A parser may stop and paint anywhere; a busy machine does it where a quiet one never would.
  test('nothing moves on a page that comes in drops', (t) => visit(t, {}, async ({ page, context, app }) => {
    const found = [];
    const look = (path) => inDrops(app.public, (slow) => cold(context, async (fresh) => {
      await fresh.goto(slow + path, { waitUntil: 'load' });
      found.push(...(await moved(fresh)).map((one) => `${path} ${one}`));
    }));
    for (const path of ['/', '/faq']) await look(path);
    await form.start(page, app);
    await form.walk(page, form.person(), 'check', () => look(new URL(page.url()).pathname));
    assert.deepEqual(found, []);
  }));

  test('of a second visit: the page alone', (t) => visit(t, {}, async ({ page, app }) => {
    await form.open(page, app);
    await form.open(page, app, '/receipt');
    await form.open(page, app);
    const all = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name, transferSize }) => [name, transferSize]));
    // The browser fetches the icon when it finds time, which may be as late as now.
    const sent = all.filter(([name]) => !name.endsWith('/favicon.ico'));
    assert.ok(sent.length > 0);
    assert.deepEqual(sent.filter(([, bytes]) => bytes > 0), [], 'assets come from the browser\'s cache');
  }));
});

describe('speed', () => {
  // A figure, not an assertion: the machine's load would decide it. ux.md asks for at most 1,500 ms.
  test('the first page and a step are painted on a poor line', (t) => visit(t, {}, async ({ page, context, app }) => {
    await form.start(page, app);
    for (const path of ['/', '/apply/terms']) {
      const times = [];
      for (let round = 0; round < 3; round += 1) times.push(await cold(context, (fresh) => firstPaint(fresh, app.public + path)));
      t.diagnostic(`${path}: ${times.map(Math.round).join(', ')} ms`);
      assert.ok(times.every((time) => time > 0), `${path} is painted`);
    }
  }));
});
