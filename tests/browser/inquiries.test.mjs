// A citizen asks, a clerk answers with a template, the citizen reads it; and help on the phone, from both sides.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './lib/axe.mjs';
import { ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { assertGeometry } from './lib/geometry.mjs';
import { beside, go, look, printed } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import { newContext, visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

let stop;
before(async () => { stop = await ownDemo('inquiries'); });
after(async () => {
  await closeAll();
  await stop();
});

const CLERK = '水野';
const QUESTION = 'いつから引き落としになりますか';
const ANSWER = '登録の翌月分から引き落とします。';
const text = (page) => page.locator('main').innerText();

/** axe and geometry run as scripts of the page; where it has none they are left to the other round. */
async function sound(page, state, options = {}) {
  if (options.js === false) return;
  await assertAccessible(page, state);
  await assertGeometry(page, state);
}

async function ask(page, app) {
  await form.open(page, app, '/inquiry');
  await page.getByText('申込みの結果・登録の状況').click();
  await page.getByLabel('問合せの内容').fill(QUESTION);
  await page.getByLabel('お名前').fill('試験 花子');
  await form.press(page, 'この内容で問い合わせる');
  assert.match(await form.heading(page), /お問合せを\s*受け付けました/);
  const [number, code] = await page.locator('.receipt-number').allInnerTexts();
  return { number, code };
}

for (const options of [{ version: '109', js: false }, { version: 'current' }]) {
  test(`a question is answered with a template and read with its code, in ${options.version}`, (t) => visit(t, { ...options, allow: [/422/] }, async ({ page, app }) => {
    await form.open(page, app, '/inquiry');
    await form.press(page, 'この内容で問い合わせる');
    assert.ok((await page.locator('#errors').innerText()).includes('問合せの内容を入力してください'));
    await sound(page, 'errors', options);
    const { number, code } = await ask(page, app);
    await sound(page, 'received', options);

    await beside(async (clerk, log) => {
      await desk.signIn(clerk, app, CLERK);
      await clerk.goto(`${app.console}/inquiries/templates`);
      const name = `時期の案内 ${options.version}`;
      await clerk.getByLabel('ひな形の名前').fill(name);
      await clerk.getByLabel('本文').fill(`{{name}} 様（{{number}}）\n${ANSWER}`);
      await go(clerk, clerk.locator('form[action="/inquiries/templates"] button'));
      await clerk.goto(`${app.console}/inquiries`);
      await go(clerk, clerk.getByRole('link', { name: number }).first());
      assert.equal(await desk.h1(clerk), number);
      const thanks = 'お問い合わせありがとうございます。';
      await clerk.getByLabel('本文').fill(thanks);
      await clerk.getByLabel('ひな形').selectOption(name);
      await form.press(clerk, 'ひな形を入れる');
      const filled = await clerk.getByLabel('本文').inputValue();
      assert.ok(filled.startsWith(`${thanks}\n\n試験 花子 様（${number}）`), `what was typed stays, and the fields are filled in: ${filled}`);
      await clerk.getByText('回答する（相手が読みます）').click();
      // Enter means 保存する.
      await Promise.all([clerk.waitForEvent('framenavigated', (frame) => frame === clerk.mainFrame()), clerk.locator('#kind-reply').press('Enter')]);
      await clerk.waitForLoadState('load');
      assert.ok((await text(clerk)).includes('回答済み'));
      const paper = await printed(clerk);
      assert.ok(paper.text.includes(number) && !paper.text.includes('ひな形を入れる'), 'the page prints without its forms');
      if (options.version === 'current') {
        const path = new URL(clerk.url()).pathname;
        await look({ page: clerk, app, log }, [path, '/inquiries', '/inquiries?view=all', '/inquiries/templates']);
      }
    });

    const other = await newContext(options);
    try {
      const reader = await other.newPage();
      await form.open(reader, app, '/inquiry/status');
      await reader.getByLabel('問合せの番号').fill(number.toLowerCase().replace('-', ''));
      await reader.getByLabel('確認コード（6桁）').fill('000000');
      await form.press(reader, '回答を見る');
      assert.ok((await reader.locator('#errors').innerText()).length > 0, 'a wrong code opens nothing');
      assert.ok(!(await text(reader)).includes(QUESTION));
      await reader.getByLabel('問合せの番号').fill(number);
      await reader.getByLabel('確認コード（6桁）').fill(code);
      await form.press(reader, '回答を見る');
      assert.ok((await text(reader)).includes(ANSWER), await text(reader));
      await sound(reader, 'answered', options);
      await reader.getByLabel('追加でお尋ねになること').fill('ありがとうございます');
      await form.press(reader, '追加で問い合わせる');
      assert.ok((await text(reader)).includes('ありがとうございます'));
    } finally {
      await other.close();
    }
  }));
}

test('who is stuck reads a code out, the clerk sees the page and never a value, and sends a hint', (t) => visit(t, { version: 'current' }, async ({ page, app }) => {
  const who = form.person();
  await form.start(page, app);
  await form.walk(page, who, 'number');
  await go(page, page.getByRole('link', { name: '電話で相談する' }));
  await form.press(page, '相談の番号を表示する');
  await sound(page, 'the code');
  const code = (await page.locator('.receipt-number').innerText()).trim();
  await go(page, page.getByRole('link', { name: '入力にもどる' }));
  await form.fill(page, { customer_number: '12' });
  await form.press(page, form.BUTTON.next);
  assert.ok((await page.locator('#errors').innerText()).length > 0);
  await sound(page, 'helped, with an error');
  await beside(async (clerk, log) => {
    await desk.signIn(clerk, app, CLERK);
    await clerk.goto(`${app.console}/assist`);
    await clerk.getByLabel('相談の番号').fill(code);
    await form.press(clerk, '画面の状態を見る');
    const seen = await text(clerk);
    assert.ok(seen.includes('お問い合わせ番号') && !seen.includes(code), seen);
    await look({ page: clerk, app, log }, [new URL(clerk.url()).pathname]);
    await clerk.getByLabel('よく使うヒント').selectOption({ index: 1 });
    await form.press(clerk, 'いまの画面に表示する');
    // The citizen does nothing: the banner looks by itself.
    await page.locator('#assist').filter({ hasText: '窓口から：' }).waitFor({ timeout: 20_000 });
    assert.equal(await page.locator('#customer_number').inputValue(), '12', 'what was typed is still there');
    await until(async () => {
      await go(clerk, clerk.getByRole('link', { name: 'いまの状態を表示する' }));
      return (await text(clerk)).includes('に表示されました');
    }, 10_000, 'the clerk sees that the hint was shown');
    await form.press(clerk, '相談を終える');
    assert.equal(await desk.h1(clerk), '電話の相談');
  });
}));
