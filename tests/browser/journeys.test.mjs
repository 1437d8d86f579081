// Whole ways through the form, in every browser, with and without JavaScript.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

after(closeAll);

const named = ({ version, js = true, width }) => `${version}, ${js ? 'with' : 'without'} JavaScript, ${width} px`;

describe('第四北越: enrolled', () => {
  for (const options of [
    { version: 'current', width: 390 },
    { version: 'current', js: false, width: 320 },
    { version: '109', width: 1280 },
    { version: '109', js: false, width: 390 },
    { version: '123', width: 320 },
    { version: '123', js: false, width: 1280 },
  ]) {
    test(named(options), (t) => visit(t, options, async ({ page, app }) => {
      const number = await form.enrol(page, app, form.person());
      assert.equal(await form.receiptNumber(page), number, 'the result shows the number of the hand-off');
      assert.ok(!(await page.content()).includes('1234567'), 'the account is masked');
      await form.lookUpReceipt(page, app, number);
      assert.ok((await page.locator('main').innerText()).includes(number), 'the look-up finds it');
    }));
  }
});

describe('ゆうちょ銀行: enrolled', () => {
  for (const options of [{ version: 'current', width: 1280 }, { version: '109', js: false, width: 320 }]) {
    test(named(options), (t) => visit(t, options, async ({ page, app }) => {
      await form.enrol(page, app, form.person({ institution: '9900' }));
    }));
  }
});

describe('a former user of the water', () => {
  test('is asked for when the name has changed', (t) => visit(t, { version: 'current' }, async ({ page, app }) => {
    const who = form.person({ name: { name_changed: 'yes' } });
    await form.start(page, app);
    const seen = [];
    await form.walk(page, who, 'check', (step) => seen.push(step));
    assert.ok(seen.includes('former'));
    assert.ok((await page.locator('main').innerText()).includes(who.former.old_name));
  }));
});

describe('the name does not match', () => {
  for (const options of [{ version: 'current', width: 390 }, { version: '109', js: false, width: 390 }]) {
    test(`is corrected and then enrolled: ${named(options)}`, (t) => visit(t, options, async ({ page, app }) => {
      const who = form.person({ ending: '04' });
      await form.enrol(page, app, who, form.H1.rejected);
      await page.locator('main').getByText(form.LINK.changeAccount, { exact: true }).first().click();
      await form.atStep(page, 'account');
      const other = { ...who, account: { ...who.account, holder: 'other', holder_name: '山田 花子', holder_kana: 'ヤマダ ハナコ' } };
      await form.walk(page, other, 'check');
      await form.toHandoff(page);
      await form.throughInstitution(page, app);
      await form.returnToUs(page, app);
      await form.expectResult(page, form.H1.done);
    }));
  }
});

describe('other answers of the institution', () => {
  const refused = [['01', 'wrong PIN'], ['03', 'no such account'], ['06', 'account not eligible'], ['11', 'registered already', /^この口座は、すでに登録されています/]];
  for (const [ending, what, heading] of refused) {
    test(`${what}: says so and offers another try`, (t) => visit(t, { version: 'current' }, async ({ page, app }) => {
      await form.enrol(page, app, form.person({ ending }), heading ?? form.H1.rejected);
      // A part of a receipt number may look like a code: one in a hundred does.
      const text = (await page.locator('main').innerText()).replaceAll(/[0-9A-Z]{3}(?:-[0-9A-Z]{3}){2}/g, '');
      assert.doesNotMatch(text, /\b[BCE]\d\d\b/, 'no raw code is shown');
      assert.doesNotMatch(text, /undefined|null|不正|無効/);
    }));
  }

  test('the person gives up at the institution', (t) => visit(t, { version: '109', js: false }, async ({ page, app }) => {
    await form.toCheck(page, app, form.person());
    await form.toHandoff(page);
    await form.press(page, form.BUTTON.toInstitution);
    await form.leaveInstitution(page, app);
    await form.expectResult(page, form.H1.cancelled);
    assert.match(await page.locator('main').innerText(), /引き落としは始まっていません/);
  }));

  test('known only after a push: waits, and shows the result by itself', (t) => visit(t, { version: 'current' }, async ({ page, app }) => {
    await form.toCheck(page, app, form.person({ ending: '23' }));
    await form.toHandoff(page);
    await form.throughInstitution(page, app);
    await form.returnToUs(page, app);
    assert.match(await form.heading(page), form.H1.waiting);
    await page.locator('h1', { hasText: form.H1.done }).waitFor({ timeout: 45_000 });
  }));
});

describe('the way back', () => {
  for (const version of ['current', '109']) {
    test(`by GET, ${version}`, (t) => visit(t, { version }, async ({ page, app }) => {
      await form.enrol(page, app, form.person({ ending: '25' }));
    }));

    test(`lost: /result finds the answer out, ${version}`, (t) => visit(t, { version, js: version === 'current' }, async ({ page, app }) => {
      await form.toCheck(page, app, form.person({ ending: '20' }));
      const number = await form.toHandoff(page);
      await form.throughInstitution(page, app);
      assert.equal(await form.button(page, form.BUTTON.returnToUs).count(), 0);
      await form.open(page, app, '/result');
      await form.press(page, form.BUTTON.askNow);
      await form.expectResult(page, form.H1.done);
      assert.equal(await form.receiptNumber(page), number);
    }));
  }

  test('in another browser: a safe page there, and the look-up works', (t) => visit(t, { version: 'current' }, async ({ page, context, app }) => {
    const who = form.person({ ending: '21' });
    await form.toCheck(page, app, who);
    const number = await form.toHandoff(page);
    await form.throughInstitution(page, app);
    const address = await page.locator('a#return').getAttribute('href');
    const stranger = await context.browser().newContext({ locale: 'ja-JP', viewport: { width: 390, height: 800 } });
    try {
      const other = await stranger.newPage();
      const answer = await other.goto(address);
      assert.equal(answer.status(), 200);
      const text = await other.locator('body').innerText();
      for (const secret of ['山田', '太郎', '1234521', '5678', '大手通', who.number.customer_number]) assert.ok(!text.includes(secret), `${secret} is not shown to a stranger`);
      await form.lookUpReceipt(other, app, number);
      assert.ok((await other.locator('main').innerText()).includes(number));
    } finally {
      await stranger.close();
    }
    await form.open(page, app, '/result');
    await form.expectResult(page, form.H1.done);
  }));

  test('comes from another site, so that the cookie rules are really met', (t) => visit(t, { version: 'current' }, async ({ page, app, log }) => {
    if (new URL(app.public).hostname === new URL(app.gateway).hostname) {
      t.skip('the demo shows its gateway under the same host name: a browser takes both for one site');
      return;
    }
    await form.enrol(page, app, form.person());
    const back = log.requests.find((request) => /\/gateway\/[^/]+\/return/.test(request.url()) && request.method() === 'POST');
    const headers = await back.allHeaders();
    assert.equal(headers['sec-fetch-site'], 'cross-site');
    assert.equal(headers.cookie, undefined, 'a SameSite=Lax cookie is not sent with a POST from another site');
  }));
});
