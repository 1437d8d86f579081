// The console with no application, with one and with ten thousand; the ways in; and a clerk's case without a mouse.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { age, fill, operator, ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { assertFocusSeen, chooseRadio, tabTo } from './lib/keyboard.mjs';
import { beside, go, look } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

let stop;
before(async () => { stop = await ownDemo('rows'); });
after(async () => {
  await closeAll();
  await stop();
});

const CLERK = '水野';
const APPROVER = '堀田';
const options = { version: 'current', width: 1280 };
const text = (page) => page.locator('main').innerText();

test('the ways in are sound: the sign-in, a code, an invitation, the proof, the lock', (t) => visit(t, { ...options, allow: [/401/] }, async (stage) => {
  const { page, app } = stage;
  const invitation = new URL(app.invitations.find((one) => one.who.includes(APPROVER)).url).pathname;
  await look(stage, ['/sign-in', '/sign-in/code', invitation]);
  await page.setViewportSize({ width: 1280, height: 800 });
  await desk.signIn(page, app, CLERK);
  age('staff_sessions', 'confirmed_at', 6);
  await look(stage, ['/applications/export']);
  assert.equal(await desk.h1(page), 'もう一度、本人確認をしてください');
  age('staff_sessions', 'seen_at', 16);
  await look(stage, ['/corrections']);
  assert.equal(await desk.h1(page), '画面をロックしました');
}));

test('the list is sound with no row, with one and with ten thousand', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await desk.signIn(page, app, CLERK);
  await look(stage, ['/applications']);
  assert.match(await text(page), /まだ申込みはありません/);

  const name = { family_name: `𠮷${'野'.repeat(29)}`, given_name: `𠮷${'郎'.repeat(29)}`, family_kana: 'ヨシノ', given_kana: 'ヨシロウ' };
  await beside((citizen) => form.enrol(citizen, app, form.person({ name })));
  await look(stage, ['/applications']);
  assert.match(await text(page), /1〜1件／全1件/);
  assert.match(await text(page), /𠮷＊ 𠮷＊/);

  fill(10_000);
  await look(stage, ['/applications', '/applications?result=registered&order=oldest']);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${app.console}/applications`);
  assert.match(await text(page), /1〜50件／全10,000件以上/);
  assert.equal(await page.locator('main tbody tr').count(), 50);
  await go(page, page.getByRole('link', { name: '次の50件' }));
  assert.match(await text(page), /51〜100件／全10,000件以上/);
  await page.getByRole('link', { name: '前の50件' }).waitFor();
}));

test('a rule of stops that stands is replaced from a day on, on a sound page', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  operator('stops', 'add', '--institution', '0010', '--by', '9001', '--reason', '試験', '第3日曜 21:00-翌7:00');
  await desk.signIn(page, app, CLERK);
  await page.goto(`${app.console}/institutions`);
  const replacing = await page.getByRole('link', { name: /^ある日から置きかえる/ }).getAttribute('href');
  await look(stage, ['/institutions', replacing]);
  assert.match(await text(page), /もとの規則は、置きかえる日の前の日まで使い/);
}));

test('a clerk signs in, filters, opens, notes and proposes a correction by keyboard alone, and always sees where', (t) => visit(t, options, async ({ page, app }) => {
  let number;
  await beside(async (citizen) => { number = await form.enrol(citizen, app, form.person()); });
  await desk.signIn(page, app, CLERK);
  const at = (selector) => tabTo(page, selector, assertFocusSeen);
  const enter = async (selector) => {
    await at(selector);
    await page.keyboard.press('Enter');
  };
  await enter('.bar__button');
  await page.getByRole('heading', { level: 1, name: '職員ログイン' }).waitFor();
  await enter('.proof button');
  await page.waitForURL(`${app.console}/`);
  await enter('.rail a[href="/applications"]');
  await page.waitForURL(`${app.console}/applications`);

  await at('#result');
  await page.keyboard.press('ArrowDown');
  await page.locator('#found .chips').filter({ hasText: '結果：登録完了' }).waitFor();
  assert.ok(await page.locator('#result').evaluate((list) => list === document.activeElement), 'the filter keeps the focus');
  await enter('#found tbody a');
  await page.getByRole('heading', { level: 1, name: number }).waitFor();

  await at('#body');
  await page.keyboard.type('電話で確かめた');
  await enter('form[action$="/notes"] button');
  await page.locator('.rows__item').filter({ hasText: '電話で確かめた' }).waitFor();
  await enter('main a[href^="/applications/"][href*="/corrections"]');
  await page.getByRole('heading', { level: 1, name: '結果の訂正を提案する' }).waitFor();
  await chooseRadio(page, 'result', 'not_registered');
  await assertFocusSeen(page);
  await at('#note');
  await page.keyboard.type('金融機関から連絡があった');
  await at('#evidence');
  await page.keyboard.type('きょうの回答書');
  await enter('main form.form button[type=submit]');
  await page.getByText('さんが訂正を提案しています').waitFor();
}));
