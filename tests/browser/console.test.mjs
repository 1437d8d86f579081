// The console with a real authenticator of Chromium: invitation, keys, lock, recovery, a day at the desk, and every page of it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { assertPrints, beside, look, printed } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

after(closeAll);

const CLERK = '水野';
const AUDITOR = '石黒';
const options = { version: 'current', width: 1280 };
// A rule in its calendar.
const STOP = `/institutions/stops/new?${new URLSearchParams({ institution: '0140', rule: '第2月曜の前日 23:55-翌6:00', reason: '点検のため' })}`;
const PAGES = ['/', '/applications', '/applications?period=today&result=registered', '/applications/export', '/exports', '/corrections', '/differences', '/deliveries',
  ...['deliveries', 'layouts', 'texts', 'incidents', 'outages'].map((list) => `/${list}?waiting=yes`), '/layouts', '/texts', '/texts/faq', '/texts/mail_receipt', '/institutions', '/institutions/0140', '/institutions/imports',
  '/institutions/new', '/institutions/0140/edit', '/institutions/0140/retirement', '/institutions/stops/new', STOP, '/holidays', '/holidays?month=2027-01', '/alarms', '/incidents', '/incidents/new', '/contacts', '/procedures', '/procedures/procedure_emergency', '/status', '/checks', '/outages', '/outages/new', '/papers', '/inquiries', '/inquiries/new', '/inquiries/handover', '/inquiries/hours', '/inquiries/templates', '/questions', '/improvements', '/assist', '/account', '/permissions', '/manuals', '/manuals/search?q=%E8%A8%82%E6%AD%A3', '/manuals/search', '/manuals/staff', '/manuals/staff/card', '/manuals/operator/alarms', '/promotion', '/promotion?c=%E5%B1%B1%E7%94%B0', '/promotion/poster?c=poster-2026', '/promotion/leaflet', '/promotion/insert', '/promotion/card', '/staff', '/staff/new', '/staff/scopes'];

const AUDITED = ['/', '/applications', '/deliveries', '/layouts', '/audit', '/audit?action=staff.', '/audit/checkpoints', '/audit/accesses', '/corrections', '/permissions', '/staff/scopes'];

/** Prints pages, whether or not they have a button for it; gives those that have one. */
async function printAll({ page, app }, paths) {
  const found = [];
  const prints = [];
  for (const path of paths) {
    await page.goto(`${app.console}${path}`);
    if ((await page.locator('button[data-print]').count()) > 0) prints.push(path);
    await assertPrints(page, '試用').catch((error) => found.push(error.message));
  }
  assert.ok(found.length === 0, found.join('\n\n'));
  return prints;
}

describe('a person of the bureau', () => {
  test('enrols a key by the invitation, prints codes, signs out and in again', (t) => visit(t, options, async ({ page, app }) => {
    await desk.signIn(page, app, CLERK);
    assert.equal(await desk.h1(page), '今日の仕事');
    await desk.press(page, 'ログアウト');
    assert.equal(await desk.h1(page), '職員ログイン');
    await page.goto(`${app.console}/staff`);
    assert.equal(await desk.h1(page), '職員ログイン');
    await desk.press(page, /ログイン$/);
    await page.waitForURL(`${app.console}/staff`);
    assert.equal(await desk.h1(page), '職員');
  }));

  test('with one key alone sees the own page and nothing else', (t) => visit(t, options, async ({ page, app }) => {
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/staff/new`);
    await page.getByLabel('職員番号').fill(`t-${Date.now()}`);
    await page.getByLabel('氏名').fill('髙﨑 𠮷男');
    await page.getByLabel('閲覧').check();
    await desk.press(page, '登録して、招待状を作る');
    const url = await page.locator('.invitation .mono').innerText();
    await beside(async (other) => {
      await desk.authenticator(other);
      await desk.enrol(other, url);
      await other.goto(`${app.console}/applications`);
      assert.equal(await desk.h1(other), '自分の設定');
      assert.ok((await other.locator('main').innerText()).includes('もう1つ'));
      await other.goto(url);
      assert.equal(await desk.h1(other), 'この招待は使えません');
    });
  }));

  test('who does not prove to be there is not let in, and is told so', (t) => visit(t, { ...options, allow: [/403/] }, async ({ page, app }) => {
    const key = await desk.signIn(page, app, CLERK);
    await desk.press(page, 'ログアウト');
    await key.verifies(false);
    await desk.press(page, /ログイン$/);
    await page.locator('.proof [role=status]').filter({ hasText: /取り消されました|できませんでした/ }).waitFor();
    assert.equal(await desk.h1(page), '職員ログイン');
  }));

  test('who was away finds the screen locked and what was typed still there', (t) => visit(t, options, async ({ page, app }) => {
    await page.clock.install();
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/staff/new`);
    await page.getByLabel('氏名').fill('打ちかけの名前');
    await page.clock.fastForward('16:00');
    const lock = page.getByRole('dialog');
    await lock.waitFor();
    await page.keyboard.press('Escape');
    assert.ok(await lock.isVisible(), 'Escape does not open it');
    assert.equal(await page.locator('main').isVisible(), false, 'nothing can be read underneath');
    await lock.getByRole('button', { name: '本人確認をして続ける' }).click();
    await lock.waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel('氏名').inputValue(), '打ちかけの名前');
  }));

  test('items in the clear go at their time from a page that nobody touches, and a note that is being written stays', (t) => visit(t, { ...options, limit: 120_000 }, async ({ page, app }) => {
    let number;
    await beside(async (citizen) => { number = await form.enrol(citizen, app, form.person()); });
    await page.clock.install();
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/applications`);
    await page.getByLabel('さがす', { exact: true }).fill(number);
    await page.locator('.find button').click();
    await page.getByText('伏せた項目を表示する').click();
    await page.getByText('料金システムへの登録を確かめるため').click();
    await desk.press(page, '理由を記録して表示する');
    const main = page.locator('main');
    assert.ok((await main.innerText()).includes('1234567'));
    await page.getByLabel('メモを追加する').fill('書きかけのメモ');
    await page.clock.fastForward('09:00');
    assert.ok((await main.innerText()).includes('1234567'), 'not before its time');
    await page.clock.fastForward('01:01');
    await page.getByText('表示の時間が終わったため').waitFor();
    assert.ok(!(await main.innerText()).includes('1234567'), 'nothing is left of it');
    assert.equal(await page.getByLabel('メモを追加する').inputValue(), '書きかけのメモ');
  }));

  test('who lost the key enrols another with a recovery code, once', (t) => visit(t, options, async ({ page, app }) => {
    await beside((other) => desk.signIn(other, app, CLERK));
    const code = desk.codesOf(CLERK)[0];
    await desk.authenticator(page);
    await page.goto(`${app.console}/sign-in`);
    await page.getByRole('link', { name: 'リカバリーコードを使う' }).click();
    await page.getByLabel('リカバリーコード').fill(code.toLowerCase());
    await desk.press(page, 'つぎへ進む');
    await page.getByLabel('キーの名前').fill('新しいキー');
    await desk.press(page, 'このキーを登録する');
    await page.waitForURL(`${app.console}/account`);
    await page.goto(`${app.console}/sign-in/code`);
    await page.getByLabel('リカバリーコード').fill(code);
    await desk.press(page, 'つぎへ進む');
    assert.ok((await page.locator('#errors').innerText()).includes('リカバリーコードを確かめてください'));
  }));

  test('a text, a mail and the items are seen while they are typed, and nobody keeps them by that', (t) => visit(t, { ...options, limit: 120_000 }, async (stage) => {
    const { page, app } = stage;
    await desk.signIn(page, app, CLERK);
    const seen = page.locator('#seen');
    const draft = async (name) => {
      await page.goto(`${app.console}/texts/${name}`);
      await form.press(page, '新しい案を作る');
      return new URL(page.url()).pathname;
    };
    await draft('faq');
    const body = page.getByLabel('本文', { exact: true });
    const typed = `## 打ちかけの見出し\n\n${await body.inputValue()}`;
    await body.fill(typed);
    await seen.getByText('まだ保存していません').waitFor();
    await seen.locator('.sample').getByText('打ちかけの見出し').waitFor();
    assert.equal(await body.inputValue(), typed);
    await page.reload();
    assert.doesNotMatch(await seen.innerText(), /打ちかけの見出し|まだ保存していません/);

    await draft('mail_receipt');
    await body.fill(`${await body.inputValue()}\n090-0000-1234`);
    await seen.getByText('直すところが1件あります').waitFor();
    assert.match(await seen.locator('.sample').innerText(), /234-567-89A[^]*090-0000-1234/);

    const items = await draft('items');
    const label = page.locator('[name="label.customer_number"]');
    await label.fill('水道番号');
    await seen.locator('.phone').getByText('水道番号', { exact: true }).waitFor();
    assert.equal(await seen.locator('.phone :is(input, button):enabled').count(), 0, 'nothing of it works');
    // The button does the same without a script.
    await form.press(page, '下書きを見る');
    assert.equal(new URL(page.url()).hash, '#seen');
    assert.equal(await label.inputValue(), '水道番号');
    assert.ok((await seen.locator('.phone').first().innerText()).includes('水道番号'));
    await look(stage, [items]);
  }));

  test('passes the sign-in and the list by keyboard alone', (t) => visit(t, options, async ({ page, app }) => {
    await desk.signIn(page, app, CLERK);
    await desk.press(page, 'ログアウト');
    await page.locator('.proof button').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app.console}/`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), '本文へ移動');
    await page.goto(`${app.console}/applications`);
    await page.locator('#q').focus();
    await page.keyboard.type('ミズ');
    await page.keyboard.press('Enter');
    await page.waitForURL(/sid=/);
    assert.ok(!page.url().includes(encodeURIComponent('ミズ')), 'no name in the address');
  }));
});

describe('a day at the desk', () => {
  test('every page is sound, narrow and wide, with nothing on it', (t) => visit(t, { ...options, limit: 400_000 }, async (stage) => {
    await desk.signIn(stage.page, stage.app, CLERK);
    await look(stage, PAGES);
  }));

  test('what one who handles applications does leaves sound pages: items in the clear after a reason, a mail, a correction, a layout, a file', (t) => visit(t, { ...options, limit: 400_000, allow: [/422/] }, async (stage) => {
    const { page, app } = stage;
    let number;
    await beside(async (citizen) => { number = await form.enrol(citizen, app, form.person()); });
    await desk.signIn(page, app, CLERK);

    await page.goto(`${app.console}/applications`);
    await page.getByLabel('さがす', { exact: true }).fill(number);
    await page.locator('.find button').click();
    assert.equal(await desk.h1(page), number);
    assert.ok(!(await page.locator('main').innerText()).includes('1234567'), 'masked');
    const detail = new URL(page.url()).pathname;
    await page.getByText('伏せた項目を表示する').click();
    await desk.press(page, '理由を記録して表示する');
    await page.locator('#errors').waitFor();
    await page.getByText('料金システムへの登録を確かめるため').click();
    await desk.press(page, '理由を記録して表示する');
    assert.ok((await page.locator('main').innerText()).includes('1234567'), 'in the clear after a reason');
    await look(stage, [detail, `${detail}/guidance`, `${detail}/withdrawal`, `${detail}/corrections`]);

    await page.goto(`${app.console}${detail}/corrections`);
    await page.getByText('登録されていない', { exact: true }).click();
    await page.getByLabel('訂正の理由').fill('金融機関から連絡');
    await page.getByLabel('確かめた根拠').fill('11月20日の回答書');
    await form.press(page, '提案する');
    await page.goto(`${app.console}/layouts`);
    await form.press(page, '案を作る');
    const studio = new URL(page.url()).pathname;
    await page.goto(`${app.console}/deliveries`);
    await desk.press(page, 'いままでの結果を、臨時にまとめる');
    await page.waitForURL(/\/deliveries\/\d+$/);
    await look(stage, ['/corrections', studio, `${studio}/columns/0`, new URL(page.url()).pathname, '/deliveries?waiting=yes']);
  }));

  test('work that ended with nothing to make has a sound page', (t) => visit(t, { ...options, limit: 120_000 }, async (stage) => {
    const { page, app } = stage;
    await desk.signIn(page, app, CLERK);
    // The first may have something still.
    await until(async () => {
      await page.goto(`${app.console}/deliveries`);
      await form.press(page, 'いままでの結果を、臨時にまとめる');
      return (await page.locator('main').innerText()).includes('新しく作るものはありませんでした');
    });
    assert.equal(await desk.h1(page), 'まとめる結果はありません');
    await look(stage, [new URL(page.url()).pathname]);
  }));

  test('every page is sound with rows on it, for the auditor too', (t) => visit(t, { ...options, limit: 400_000 }, async (stage) => {
    await desk.signIn(stage.page, stage.app, AUDITOR);
    await look(stage, AUDITED);
  }));

  test('a name of sixty characters and a rare kanji wrap, narrow and wide, and rows may stand close', (t) => visit(t, { ...options, limit: 400_000 }, async (stage) => {
    const { page, app } = stage;
    const name = { family_name: `𠮷${'野'.repeat(29)}`, given_name: `𠮷${'郎'.repeat(29)}`, family_kana: 'ヨシノ', given_kana: 'ヨシロウ' };
    let number;
    await beside(async (citizen) => { number = await form.enrol(citizen, app, form.person({ name })); });
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/applications`);
    await page.getByLabel('さがす', { exact: true }).fill('よしろう ヨシノ');
    await page.locator('.find button').click();
    await page.waitForURL(/sid=/);
    assert.ok((await page.locator('tbody').innerText()).includes('𠮷＊ 𠮷＊'), 'no half of a character');
    await page.getByRole('link', { name: number }).click();
    await page.getByText('伏せた項目を表示する').click();
    await page.getByText('料金システムへの登録を確かめるため').click();
    await desk.press(page, '理由を記録して表示する');
    assert.ok((await page.locator('main').innerText()).includes(`${name.family_name}　${name.given_name}`));
    await look(stage, [new URL(page.url()).pathname]);

    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${app.console}/applications?result=registered`);
    await page.getByText('いまの条件をビューとして保存').click();
    await page.getByLabel('ビューの名前').fill(`𠮷${'長い名前のビュー'.repeat(5)}`.slice(0, 41));
    await desk.press(page, '保存する');
    const height = () => page.locator('tbody tr').first().evaluate((row) => row.getBoundingClientRect().height);
    const standard = await height();
    await desk.press(page, '詰める');
    assert.ok(await height() < standard, 'rows stand closer');
    await look(stage, ['/applications', '/applications?result=registered']);
    await page.setViewportSize({ width: 1280, height: 800 });
    await desk.press(page, '標準');
    assert.equal(await height(), standard);
  }));

  test('the codes print on one A4 page', (t) => visit(t, options, async ({ page, app }) => {
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/account`);
    await desk.press(page, /リカバリーコードを作る/);
    // A page that is still on its way cannot be printed.
    await page.locator('.codes').waitFor();
    assert.equal((await printed(page)).pages, 1);
    assert.equal(await page.locator('.rail').isVisible(), true, 'on the screen the navigation is there');
  }));

  test('every page comes out on A4 with its heading, without navigation, and nothing is cut off', (t) => visit(t, { ...options, limit: 600_000 }, async (stage) => {
    const { page, app } = stage;
    await desk.signIn(page, app, CLERK);
    await page.goto(`${app.console}/applications`);
    const detail = await page.locator('main tbody a').first().getAttribute('href');
    // The papers for citizens print alone, without the page around them: deliverables.test.mjs looks at each.
    const prints = await printAll(stage, [...PAGES.filter((path) => !path.startsWith('/promotion/')), detail]);
    for (const path of ['/applications', '/contacts', '/status', '/checks', '/permissions', '/staff/scopes', detail]) assert.ok(prints.includes(path), `${path} has a button to print`);
  }));

  test('what the auditor reads comes out on A4, too', (t) => visit(t, { ...options, limit: 400_000 }, async (stage) => {
    await desk.signIn(stage.page, stage.app, AUDITOR);
    const prints = await printAll(stage, AUDITED);
    for (const path of ['/audit', '/audit/accesses', '/permissions', '/staff/scopes']) assert.ok(prints.includes(path), `${path} has a button to print`);
  }));
});
