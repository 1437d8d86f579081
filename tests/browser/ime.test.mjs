// Japanese typing: a half-typed word sends nothing, Enter that closes a conversion sends nothing, the kana fill themselves.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import { inputMethod } from './lib/ime.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

after(closeAll);

for (const version of ['current', '109', '123']) {
  describe(`typing in ${version}`, () => {
    test('a branch search goes out once a word, after its commitment', (t) => visit(t, { version }, async ({ page, app, log }) => {
      await form.start(page, app);
      await form.walk(page, form.person(), 'account');
      const sent = () => log.requests.filter((request) => request.url().includes('/apply/branches')).length;
      const hand = await inputMethod(page);
      await page.focus('#branch_query');
      await hand.compose('ながおか');
      await hand.convert('長岡');
      assert.equal(sent(), 0, 'nothing is asked while the word is open');
      await hand.enterWhileComposing();
      assert.equal(form.stepOf(page), 'account', 'Enter that closes the conversion does not send the form');
      await hand.commit('長岡');
      await page.locator('[id="branch-020"]').waitFor({ state: 'attached' });
      assert.equal(sent(), 1);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'branch_query', 'the focus stays in the field');
    }));

    test('a branch search under way is called off quietly when the page is left', (t) => visit(t, { version }, async ({ page, app, context }) => {
      await form.start(page, app);
      await form.walk(page, form.person(), 'account');
      await context.route('**/apply/branches*', () => {}); // no answer comes
      for (const leave of [() => form.press(page, form.BUTTON.next), () => page.reload()]) {
        const asked = page.waitForRequest(/apply\/branches/);
        await page.locator('#branch_query').fill('長岡');
        await asked;
        await leave();
      }
    }));

    test('the reading becomes kana, can be corrected, and stays corrected', (t) => visit(t, { version }, async ({ page, app }) => {
      await form.start(page, app);
      await form.walk(page, form.person(), 'name');
      const hand = await inputMethod(page);
      const kana = page.locator('#family_kana');
      await page.focus('#family_name');
      await hand.word('わたなべ', '渡邉');
      assert.equal(await kana.inputValue(), 'ワタナベ');
      await page.locator('#family_name').fill('');
      await page.focus('#family_name');
      await hand.word('やまだ', '山田');
      assert.equal(await kana.inputValue(), 'ヤマダ');
      await kana.fill('ヤマタ');
      await page.focus('#family_name');
      await hand.word('べつ', '別');
      assert.equal(await kana.inputValue(), 'ヤマタ', 'what a person wrote is not overwritten');
    }));

    test('Enter inside a conversion sends no form, the next Enter does', (t) => visit(t, { version }, async ({ page, app, log }) => {
      await form.start(page, app);
      await form.walk(page, form.person(), 'name');
      const posts = () => log.requests.filter((request) => request.method() === 'POST').length;
      const before = posts();
      const hand = await inputMethod(page);
      await page.focus('#family_name');
      await hand.word('やまだ', '山田');
      assert.equal(posts(), before);
      await Promise.all([page.waitForURL(/\/apply\/name\?error/), page.keyboard.press('Enter')]);
      assert.equal(await page.inputValue('#family_name'), '山田');
    }));
  });
}
