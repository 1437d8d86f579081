// Keys and sessions of a person, with authenticators of Chromium: a second key, a proof before an export, no last key revoked, a lock over a chosen file
// and over a draft, two people at one machine, and a sign-in that has ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './lib/axe.mjs';
import { age, ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { assertGeometry } from './lib/geometry.mjs';
import * as form from './lib/pages.mjs';
import { newContext, visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

const BOSS = '水野';
const APPROVER = '堀田';
const options = { version: 'current', width: 1280 };
let stop;
before(async () => { stop = await ownDemo('passkeys'); });
after(async () => {
  await closeAll();
  await stop();
});

/** A second browser beside the scene's own. */
async function beside(scene) {
  const context = await newContext({ width: 1280 });
  try {
    return await scene(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Adds a person and invites them. Answers the invitation's address. */
async function invite(page, app, name, role) {
  await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/staff/new`);
  await page.getByLabel('職員番号').fill(`k-${Date.now()}`);
  await page.getByLabel('氏名').fill(name);
  await page.getByLabel(role).check();
  await desk.press(page, '登録して、招待状を作る');
  return page.locator('.invitation .mono').innerText();
}

const keyRow = (page, label) => page.locator('.rows__item', { has: page.locator(`input[value="${label}"]`) });
const revoke = (page, label) => keyRow(page, label).getByRole('button', { name: /停止する/ }).click();

test('a second key is added and signs in alone, an export asks for a proof, and the last key is never revoked', (t) => visit(t, { ...options, allow: [/401/] }, async ({ page, app }) => {
  const url = await invite(page, app, '鍵野 花子', '受付担当');
  await beside(async (other) => {
    const first = await desk.authenticator(other);
    await desk.enrol(other, url, '一つめ');
    await revoke(other, '一つめ');
    assert.equal(await desk.h1(other), 'このキーは停止できません');
    await first.remove();
    await desk.authenticator(other);
    await other.goto(`${app.console}/account`);
    await other.locator('#key_label').fill('二つめ');
    await desk.press(other, 'このキーを登録する');
    await keyRow(other, '二つめ').waitFor();
    await desk.press(other, 'ログアウト');
    await desk.press(other, /ログイン$/);
    await other.waitForURL(`${app.console}/`);

    await beside((citizen) => form.enrol(citizen, app, form.person()));
    await other.goto(`${app.console}/applications`);
    await other.getByRole('link', { name: /^この条件でCSVを出力/ }).click();
    await other.getByLabel('件数をまとめて報告する').check();
    await desk.press(other, 'CSVを作る');
    const export_ = await other.getByRole('link', { name: /^CSVをダウンロード/ }).getAttribute('href');
    age('staff_sessions', 'confirmed_at', 6);
    await other.goto(app.console + export_);
    assert.equal(await desk.h1(other), 'もう一度、本人確認をしてください');
    const [file] = await Promise.all([other.waitForEvent('download'), desk.press(other, '本人確認をして進む')]);
    assert.match(file.suggestedFilename(), /^applications_.*\.csv$/);
    assert.equal(await desk.h1(other), '本人確認ができました');
    assert.equal(await other.getByRole('button', { name: '本人確認をして進む' }).count(), 0);
    await other.getByRole('link', { name: 'ホームを開く' }).click();
    await other.waitForURL(`${app.console}/`);

    // From a page, the way back leads there.
    await other.goto(`${app.console}/exports`);
    age('staff_sessions', 'confirmed_at', 6);
    await other.getByRole('link', { name: /^CSVをダウンロード/ }).click();
    await Promise.all([other.waitForEvent('download'), desk.press(other, '本人確認をして進む')]);
    await other.getByRole('link', { name: '前の画面にもどる' }).click();
    await other.waitForURL(`${app.console}/exports`);

    await other.goto(`${app.console}/account`);
    await revoke(other, '一つめ');
    await keyRow(other, '一つめ').waitFor({ state: 'detached' });
    await revoke(other, '二つめ');
    assert.equal(await desk.h1(other), 'このキーは停止できません');
  });
}));

test('a recovery code lets a lost key be replaced, and the codes that are left are counted', (t) => visit(t, options, async ({ page, app }) => {
  await beside((other) => desk.signIn(other, app, BOSS));
  await desk.authenticator(page);
  await page.goto(`${app.console}/sign-in/code`);
  await page.getByLabel('リカバリーコード').fill(desk.codesOf(BOSS)[7]);
  await desk.press(page, 'つぎへ進む');
  await page.getByLabel('キーの名前').fill('かわりのキー');
  await desk.press(page, 'このキーを登録する');
  await keyRow(page, 'かわりのキー').waitFor();
  assert.ok((await page.locator('main').innerText()).includes('残り 7個'));
}));

test('a sheet that is loaded anew makes no other, and the printed one stays good', (t) => visit(t, options, async ({ page, app }) => {
  const url = await invite(page, app, '紙野 一郎', '受付担当');
  await page.reload();
  assert.equal(await desk.h1(page), '紙野 一郎');
  await beside(async (other) => {
    await desk.authenticator(other);
    await desk.enrol(other, url, '一つめ');
    await other.goto(`${app.console}/account`);
    await desk.press(other, 'リカバリーコードを作る');
    const printed = await other.locator('.codes .mono').first().innerText();
    await other.reload();
    assert.equal(await desk.h1(other), '自分の設定');
    await desk.press(other, 'ログアウト');
    await other.goto(`${app.console}/sign-in/code`);
    await other.getByLabel('リカバリーコード').fill(printed);
    await desk.press(other, 'つぎへ進む');
    await other.getByLabel('キーの名前').waitFor();
  });
}));

test('an administrator stops the lost key of another from its person\'s page', (t) => visit(t, options, async ({ page, app }) => {
  const url = await invite(page, app, '鍵野 次郎', '受付担当');
  await beside(async (other) => {
    await desk.authenticator(other);
    await desk.enrol(other, url, 'なくしたキー');
    await other.goto(`${app.console}/account`);
    await desk.press(other, 'リカバリーコードを作る');
    await page.reload();
    const row = page.locator('.rows__item', { hasText: 'なくしたキー' });
    await row.getByRole('button', { name: /停止する/ }).click();
    await row.waitFor({ state: 'detached' });
    await assertAccessible(page);
    await assertGeometry(page);
    await other.goto(`${app.console}/account`);
    assert.equal(await desk.h1(other), '職員ログイン');
  });
}));

test('the lock over a page keeps a chosen file, and where the server locked it says that it is gone', (t) => visit(t, { ...options, allow: [/401/] }, async ({ page, app }) => {
  await page.clock.install();
  await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/institutions/imports`);
  const field = page.getByLabel('支店の表のファイル');
  await field.setInputFiles({ name: 'shiten.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n') });
  await page.clock.fastForward('16:00');
  const lock = page.getByRole('dialog');
  await lock.waitFor();
  assert.ok((await lock.innerText()).includes('選んだファイルも'));
  await lock.getByRole('button', { name: '本人確認をして続ける' }).click();
  await lock.waitFor({ state: 'hidden' });
  assert.deepEqual(await field.evaluate((input) => [...input.files].map((file) => file.name)), ['shiten.csv']);

  age('staff_sessions', 'seen_at', 16);
  await desk.press(page, 'ちがいを確かめる');
  assert.ok((await page.locator('main').innerText()).includes('選んだファイルは残っていません'));
  await desk.press(page, '本人確認をして、前の画面にもどる');
  await page.getByRole('heading', { level: 1, name: '支店の表の取込み' }).waitFor();
}));

/** The editor of a text, with a paragraph that is not saved: its field, and what stands there. */
async function write(page, app, name) {
  await page.goto(`${app.console}/texts/${name}`);
  await desk.press(page, '新しい案を作る');
  const body = page.locator('#body');
  const words = `${await body.inputValue()}\n\n書きかけの段落`;
  await body.fill(words);
  await page.locator('#seen').getByText('書きかけの段落').first().waitFor();
  return { body, words };
}
const unlock = (page) => page.getByRole('dialog').getByRole('button', { name: '本人確認をして続ける' });

test('a letter that is typed where the server has locked throws no draft away', (t) => visit(t, options, async ({ page, app }) => {
  await desk.signIn(page, app, BOSS);
  const { body, words } = await write(page, app, 'faq');
  // The person wrote in another tab meanwhile: this browser heard keys, the server no request.
  age('staff_sessions', 'seen_at', 16);
  await body.press('Control+End');
  await body.pressSequentially('あ');
  const lock = page.getByRole('dialog');
  await lock.waitFor();
  assert.ok((await lock.innerText()).includes('入力した内容も'));
  assert.equal(await page.locator('main').isVisible(), false, 'nothing can be read underneath');
  assert.equal(await body.inputValue(), `${words}あ`);
  await unlock(page).click();
  await lock.waitFor({ state: 'hidden' });
  await body.pressSequentially('い');
  await page.locator('#seen').getByText('書きかけの段落あい').first().waitFor();
  await desk.press(page, '案を保存する');
  await page.locator('#seen').getByText('書きかけの段落あい').first().waitFor();
}));

/** In another tab of the same browser, somebody signs out whoever is there and signs in. Answers their key. */
async function replace(tab, app, name) {
  await tab.goto(`${app.console}/account`);
  await desk.press(tab, 'ログアウト');
  return desk.signIn(tab, app, name);
}

test('a page of who was here before is covered, opens for nobody else, and goes on for its person', (t) => visit(t, { ...options, allow: [/409/] }, async ({ page, context, app }) => {
  await beside((other) => desk.signIn(other, app, APPROVER));
  const own = await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/staff/new`);
  const [name, lock] = [page.getByLabel('氏名'), page.getByRole('dialog')];
  await name.fill('打ちかけの名前');
  const tab = await context.newPage();
  const key = await replace(tab, app, APPROVER);
  await lock.waitFor();
  assert.ok((await lock.innerText()).includes('この画面を開いた人ではありません'));
  assert.equal(await page.locator('main').isVisible(), false, 'nothing can be read underneath');
  assert.equal(await lock.getByRole('button').count(), 0, 'nobody else can open it');
  assert.ok(await lock.getByRole('link', { name: 'ホームを開く' }).isVisible());
  await assertAccessible(page, 'over another\'s page');
  await assertGeometry(page, 'over another\'s page');
  const status = await page.evaluate(() => fetch('/proof/options', { method: 'POST', headers: { 'x-page-of': document.body.dataset.pageOf } }).then((answer) => answer.status));
  assert.equal(status, 409);

  await key.remove();
  const back = await replace(tab, app, BOSS);
  await unlock(page).waitFor();
  await own.remove();
  await back.remove();
  await desk.take(page, BOSS);
  await unlock(page).click();
  await lock.waitFor({ state: 'hidden' });
  assert.equal(await name.inputValue(), '打ちかけの名前');
}));

test('where tabs share nothing, the server still takes nothing from a page of who was here before', (t) => visit(t, { ...options, allow: [/409/] }, async ({ page, context, app }) => {
  await beside((other) => desk.signIn(other, app, APPROVER));
  await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new Error('switched off'); } }));
  await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/improvements`);
  await page.getByLabel('要望', { exact: true }).fill('書きかけの要望');
  await page.locator('#body').fill('窓口で聞いた');
  const tab = await context.newPage();
  await replace(tab, app, APPROVER);
  await desk.press(page, 'この要望を登録する');
  await page.getByRole('heading', { level: 1, name: 'この画面は、ほかの人が開いたものです' }).waitFor();
  await tab.goto(`${app.console}/improvements`);
  assert.ok(!(await tab.locator('main').innerText()).includes('書きかけの要望'));
}));

/** Signs in anew by the link that says that a sign-in has ended, and comes back with a key that counts on from there. */
async function signInBeside(page, context, app, key) {
  const link = page.getByRole('link', { name: '別のタブでログイン' });
  const [tab] = await Promise.all([context.waitForEvent('page'), link.click()]);
  const back = await desk.take(tab, BOSS);
  await desk.press(tab, /ログイン$/);
  await tab.waitForURL(`${app.console}/`);
  await back.remove();
  await key.remove();
  await desk.take(page, BOSS);
}
const endAll = () => age('staff_sessions', 'expires_at', 11 * 60);

test('a lock over a sign-in that has ended says so, and opens after the same person has signed in in another tab', (t) => visit(t, options, async ({ page, context, app }) => {
  const key = await desk.signIn(page, app, BOSS);
  const { body, words } = await write(page, app, 'paper');
  endAll();
  await body.press('Control+End');
  await body.pressSequentially('あ');
  const lock = page.getByRole('dialog');
  await lock.waitFor();
  const said = async () => (await lock.innerText()).replaceAll('\n', '');
  assert.match(await said(), /ログインが終わったためです。[^]*別のタブでログインしてから/);
  await unlock(page).click();
  await until(async () => await unlock(page).getAttribute('aria-disabled') === null);
  assert.match(await said(), /ログインが終わりました。/);
  assert.ok(!(await said()).includes('取り消されました'), 'nobody cancelled anything');
  await assertAccessible(page, 'over a sign-in that has ended');
  await assertGeometry(page, 'over a sign-in that has ended');

  await signInBeside(page, context, app, key);
  await unlock(page).click();
  await lock.waitFor({ state: 'hidden' });
  assert.equal(await body.inputValue(), `${words}あ`);
  await desk.press(page, '案を保存する');
  await page.locator('#seen').getByText('書きかけの段落あ').first().waitFor();
}));

test('a page that holds a form for a proof says that the sign-in has ended, and sends it after a new one', (t) => visit(t, { ...options, allow: [/401/] }, async ({ page, context, app }) => {
  const key = await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/improvements`);
  await page.getByLabel('要望', { exact: true }).fill('夜のあとの要望');
  await page.locator('#body').fill('窓口で聞いた');
  age('staff_sessions', 'seen_at', 16);
  await desk.press(page, 'この要望を登録する');
  await page.getByText('入力した内容は残っています').waitFor();
  endAll();
  await desk.press(page, '本人確認をして進む');
  await page.getByText('ログインが終わりました。').waitFor();
  assert.equal(await page.locator('.status').innerText(), '');
  await signInBeside(page, context, app, key);
  await desk.press(page, '本人確認をして進む');
  await page.waitForURL(/\/improvements\//);
  assert.ok((await page.locator('main').innerText()).includes('夜のあとの要望'));
}));

test('signing out everywhere ends the other browser at its next page', (t) => visit(t, options, async ({ page, app }) => {
  await desk.signIn(page, app, BOSS);
  await beside(async (other) => {
    await desk.signIn(other, app, BOSS);
    await page.goto(`${app.console}/account`);
    await desk.press(page, 'すべての端末からログアウトする');
    assert.equal(await desk.h1(page), '職員ログイン');
    await other.goto(`${app.console}/applications`);
    assert.equal(await desk.h1(other), '職員ログイン');
  });
}));
