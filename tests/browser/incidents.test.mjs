// An incident from its opening to its report on paper, the check sheet, the status board, and the inspection of accesses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { beside, go, look, printed } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

let stop;
before(async () => { stop = await ownDemo('incidents'); });
after(async () => {
  await closeAll();
  await stop();
});

const OPERATOR = '水野';
const APPROVER = '堀田';
const AUDITOR = '石黒';
const options = { version: 'current', width: 1280, limit: 400_000, allow: [/422/] };
const text = (page) => page.locator('main').innerText();
const pathOf = (page) => new URL(page.url()).pathname;
/** `YYYY-MM-DD HH:MM` in Japan, so many minutes from now. */
const japan = (minutes) => new Date(Date.now() + (9 * 60 + minutes) * 60_000).toISOString().slice(0, 16).replace('T', ' ');

test('an incident is opened, announced, worked, restored, explained, closed and printed', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await desk.signIn(page, app, OPERATOR);
  await page.goto(`${app.console}/contacts`);
  await look(stage, ['/contacts', '/incidents', '/incidents/new', '/procedures', '/procedures/procedure_emergency']);

  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${app.console}/incidents/new`);
  await form.press(page, '障害を登録する');
  assert.ok((await page.locator('#errors').innerText()).includes('件名'), 'what is missing is said');
  await page.getByLabel('件名').fill('試験銀行につながらない');
  await page.getByLabel('発生日時').fill(japan(-20));
  await page.getByText('一部の手続きができない').click();
  await page.getByLabel('金融機関への引き渡し').check();
  await page.getByLabel('わかっていること').fill('9時40分に監視が知らせた');
  await form.press(page, '障害を登録する');
  assert.match(await desk.h1(page), /^障害 第\d+号$/);
  const path = pathOf(page);
  await look(stage, [path]);

  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(app.console + path);
  await page.getByText('サービスを切り替える、お知らせを出す').click();
  await page.getByLabel('申込者へのお知らせ').fill('試験銀行の手続きが、混み合っています。');
  await form.press(page, '切り替える');
  await beside(async (citizen) => {
    await form.open(citizen, app, '/availability');
    assert.ok((await text(citizen)).includes('混み合っています'), 'citizens read it');
  });
  await page.getByLabel('経過', { exact: true }).fill('金融機関に電話した');
  await form.press(page, '経過を記録する');
  await page.getByText(/^状態を変える/).click();
  await page.getByLabel('内容', { exact: true }).fill('回線を切り替えて復旧した');
  await form.press(page, '復旧にする');
  await page.getByLabel('原因を書く').fill('回線の装置の故障');
  await form.press(page, '原因を記録する');
  await page.getByText('再発防止策を加える').first().click();
  await page.getByLabel('再発防止策', { exact: true }).fill('装置を二重にする');
  await page.getByLabel('担当', { exact: true }).fill('運用');
  await page.getByLabel('期限', { exact: true }).fill(japan(60 * 24 * 30).slice(0, 10));
  await go(page, page.locator('form[action$="/measures"] button'));
  assert.ok((await text(page)).includes('装置を二重にする'));
  await page.getByText('サービスを切り替える、お知らせを出す').click();
  await page.getByLabel('申込者へのお知らせ').fill('');
  await form.press(page, '切り替える');
  await page.getByText(/^状態を変える/).click();
  await page.getByLabel('内容', { exact: true }).fill('確認した');
  await form.press(page, '完了にする');

  await go(page, page.getByRole('link', { name: '報告書を見る・印刷する' }));
  const paper = await printed(page);
  assert.ok(paper.pages <= 2, `${paper.pages} pages`);
  for (const part of ['障害報告書', '試験銀行につながらない', '回線の装置の故障', '装置を二重にする', '金融機関に電話した']) {
    assert.ok(paper.text.replaceAll(/\s/g, '').includes(part), `${part}: ${paper.text}`);
  }
  await look(stage, [path, `${path}/report`]);
  await page.goto(`${app.console}${path}/report`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Wordのファイルを受け取る' }).click()]);
  assert.match(download.suggestedFilename(), /\.docx$/);
  await beside(async (approver, log) => {
    await desk.signIn(approver, app, APPROVER);
    await look({ page: approver, app, log }, [`${path}/accident`]);
  });
}));

test('a check is written down and the week prints, the board and the inspection too', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await desk.signIn(page, app, OPERATOR);
  await page.goto(`${app.console}/checks`);
  await page.getByLabel('異常なし').check();
  await page.getByLabel('見たもの').fill('ランプは緑、画面は開く');
  await form.press(page, '点検を記録する');
  assert.ok((await text(page)).includes('ランプは緑、画面は開く'));
  const week = await printed(page);
  assert.ok(week.pages <= 2, `${week.pages} pages`);
  assert.ok(week.text.replaceAll(/\s/g, '').includes('ランプは緑'), week.text);
  await page.goto(`${app.console}/status`);
  await printed(page);
  await look(stage, ['/checks', '/status']);
  await beside(async (auditor, log) => {
    await desk.signIn(auditor, app, AUDITOR);
    await look({ page: auditor, app, log }, ['/audit/accesses']);
    assert.ok((await printed(auditor)).text.replaceAll(/\s/g, '').includes('個人情報へのアクセス'), 'the inspection prints');
  });
}));

test('an outage is proposed, approved by a second person, read by citizens and taken back; minutes are made, fixed and printed', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await desk.signIn(page, app, OPERATOR);
  await page.goto(`${app.console}/outages/new`);
  await form.press(page, '提案する');
  assert.ok((await page.locator('#errors').innerText()).includes('作業の内容'), 'what is missing is said');
  await page.getByLabel('作業の内容').fill('サーバーの部品を交換する');
  await page.getByLabel('始まり').fill(japan(60 * 30));
  await page.getByLabel('終わり').fill(japan(60 * 33));
  await page.getByLabel('申込者へのお知らせ').fill('機器の点検のため');
  await page.getByLabel('影響').fill('申込みができない');
  await page.getByLabel('切戻しの方法').fill('古い部品にもどす');
  await form.press(page, '提案する');
  const path = pathOf(page);
  assert.ok((await text(page)).includes('ほかの人の承認を待っています'), 'not by who proposed');
  await beside(async (approver) => {
    await desk.signIn(approver, app, APPROVER);
    await approver.goto(app.console + path);
    await form.press(approver, '承認する');
    await form.open(approver, app, '/availability');
    assert.ok((await text(approver)).includes('機器の点検のため'), 'citizens read it');
  });
  await page.goto(`${app.console}${path}/record`);
  assert.ok((await printed(page)).text.replaceAll(/\s/g, '').includes('サーバーの部品を交換する'));
  await look(stage, ['/outages', path, `${path}/record`]);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(app.console + path);
  await page.getByText('取り下げる', { exact: true }).click();
  await page.getByLabel('取下げの理由').fill('部品が届かない');
  await go(page, page.locator('form[action$="/withdrawal"] button'));
  await form.open(page, app, '/availability');
  assert.ok(!(await text(page)).includes('機器の点検のため'), 'taken back');

  await page.goto(`${app.console}/papers`);
  await page.getByLabel('議事録').check();
  await page.getByLabel('対象の月、または開催日').fill(japan(0).slice(0, 10));
  await form.press(page, '作る');
  await form.press(page, '保存して、確定する');
  assert.ok((await page.locator('#errors').innerText()).includes('入力してください'), 'minutes want their parts');
  for (const part of await page.locator('main textarea').all()) await part.fill('部品は12月に交換する');
  await form.press(page, '保存して、確定する');
  assert.equal(await page.locator('main textarea').count(), 0, 'nobody writes on');
  const paper = await printed(page);
  assert.ok(paper.text.replaceAll(/\s/g, '').includes('部品は12月に交換する'), paper.text);
  await look(stage, ['/papers', pathOf(page)]);
}));
