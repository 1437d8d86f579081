// What people do besides going on: back, forward, reload, second tabs, double clicks, the keyboard alone.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import { passByKeyboard, tabStops, tabTo } from './lib/keyboard.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

after(closeAll);

const namesOf = (values) => Object.keys(values).filter((name) => name !== 'branch');

/** Back, forward, reload and a second tab on the step that was just filled: never an error, nothing lost. */
async function wander({ page, context, app, who, step, next }) {
  const kept = { ...who[step] };
  delete kept.branch;
  const back = await page.goBack();
  assert.equal(form.stepOf(page), step, 'back goes to the step before');
  if (back) assert.equal(back.status(), 200);
  if (step !== 'account') assert.deepEqual(Object.keys(await form.typed(page, namesOf(kept))), Object.keys(kept));
  await page.goForward();
  assert.equal(form.stepOf(page), next, 'forward comes back');
  assert.equal((await page.reload()).status(), 200);
  assert.equal(form.stepOf(page), next, 'a reload stays');
  const second = await context.newPage();
  assert.equal((await form.open(second, app, `/apply/${step}`)).status(), 200);
  assert.equal(form.stepOf(second), step, 'a second tab may look at the step before');
  await second.close();
}

describe('back, forward, reload and a second tab at every step', () => {
  for (const options of [{ version: 'current' }, { version: 'current', js: false }, { version: '109', js: false }, { version: '109' }, { version: '123', js: false }]) {
    test(`${options.version}, ${options.js === false ? 'without' : 'with'} JavaScript`, (t) => visit(t, options, async ({ page, context, app }) => {
      const who = form.person();
      await form.start(page, app);
      for (let step = 'terms'; step !== 'check'; ) {
        const next = await form.pass(page, who, step);
        await wander({ page, context, app, who, step, next });
        step = next;
      }
      await form.toHandoff(page);
      await page.goBack();
      await page.goForward();
      await form.atStep(page, 'handoff');
      assert.equal((await page.reload()).status(), 200);
      const number = await form.receiptNumber(page);
      await form.throughInstitution(page, app);
      await form.returnToUs(page, app);
      await form.expectResult(page, form.H1.done);
      assert.equal((await page.reload()).status(), 200);
      assert.equal(await form.receiptNumber(page), number);
    }));
  }

  test('what was typed is there again after going back by the link', (t) => visit(t, { js: false }, async ({ page, app }) => {
    const who = form.person();
    await form.start(page, app);
    await form.walk(page, who, 'contact');
    for (const step of ['name', 'place', 'number', 'bank', 'terms']) {
      await form.link(page, form.LINK.back).click();
      await form.atStep(page, step);
      for (const [name, value] of Object.entries(await form.typed(page, namesOf(who[step])))) {
        assert.ok(value, `${name} of ${step} is kept`);
      }
    }
  }));
});

describe('two tabs', () => {
  test('the older one is told, and nothing is overwritten', (t) => visit(t, { js: false }, async ({ page, context, app }) => {
    const who = form.person();
    await form.start(page, app);
    await form.walk(page, who, 'name');
    const second = await context.newPage();
    await form.open(second, app, '/apply/name');
    await form.pass(page, who, 'name');
    await form.fill(second, { ...who.name, family_name: '別人', family_kana: 'ベツジン' });
    await form.press(second, form.BUTTON.next);
    assert.match(await form.heading(second), form.H1.otherTab);
    await form.open(page, app, '/apply/name');
    assert.equal((await form.typed(page, ['family_name'])).family_name, who.name.family_name);
  }));
});

describe('steps out of order', () => {
  for (const step of form.STEPS) {
    test(`/apply/${step} without a beginning leads to a page that helps`, (t) => visit(t, { js: false }, async ({ page, app }) => {
      const answer = await form.open(page, app, `/apply/${step}`);
      assert.ok(answer.status() < 400, String(answer.status()));
      assert.ok(await page.locator('h1').count());
      assert.equal(await page.locator('.receipt-number').count(), 0);
    }));
  }
});

describe('double click', () => {
  for (const options of [{ version: 'current' }, { version: 'current', js: false }, { version: '109', js: false }]) {
    test(`on the last button gives one receipt number: ${options.version}, ${options.js === false ? 'without' : 'with'} JavaScript`, (t) => visit(t, options, async ({ page, app, log }) => {
      await form.toCheck(page, app, form.person());
      await form.button(page, form.BUTTON.toHandoff).dblclick();
      await form.atStep(page, 'handoff');
      await page.waitForLoadState('load');
      const first = await form.receiptNumber(page);
      await page.reload();
      assert.equal(await form.receiptNumber(page), first);
      assert.ok(log.pages.every((response) => response.status() < 400), 'no page of an error on the way');
      await form.throughInstitution(page, app);
      await form.returnToUs(page, app);
      await form.expectResult(page, form.H1.done);
      assert.equal(await form.receiptNumber(page), first);
    }));
  }

  test('on every 「つぎへ進む」 goes one step', (t) => visit(t, {}, async ({ page, app }) => {
    const who = form.person();
    await form.start(page, app);
    for (const step of ['terms', 'bank', 'number']) {
      await form.fillStep(page, step, who[step]);
      await form.button(page, form.BUTTON.next).dblclick();
      await form.atStep(page, form.STEPS[form.STEPS.indexOf(step) + 1]);
      await page.waitForLoadState('load');
    }
  }));
});

describe('the keyboard alone', () => {
  for (const options of [{ version: 'current' }, { version: '109', js: false }]) {
    test(`goes the whole way: ${options.version}, ${options.js === false ? 'without' : 'with'} JavaScript`, (t) => visit(t, options, async ({ page, app }) => {
      const who = form.person();
      await form.open(page, app);
      await tabTo(page, `button:has-text("${form.BUTTON.start}")`);
      await page.keyboard.press('Enter');
      await form.atStep(page, 'terms');
      for (let step = 'terms'; step !== 'check'; ) step = await passByKeyboard(page, who, step);
      await tabTo(page, `button:has-text("${form.BUTTON.toHandoff}")`);
      await page.keyboard.press('Enter');
      await form.atStep(page, 'handoff');
      await tabTo(page, `button:has-text("${form.BUTTON.toInstitution}")`);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.origin === app.gateway);
    }));
  }

  test('meets everything in the order of the page and is never trapped', (t) => visit(t, {}, async ({ page, app }) => {
    const who = form.person();
    await form.start(page, app);
    for (let step = 'terms'; step !== 'check'; step = await form.pass(page, who, step)) {
      const { order, left } = await tabStops(page);
      assert.deepEqual(order, [...order].sort((a, b) => a - b), `Tab goes down the page at ${step}`);
      assert.ok(left, `Tab leaves the page at ${step}`);
      assert.ok(order.length > 3);
    }
  }));
});
