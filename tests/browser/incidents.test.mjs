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
  await look(stage, ['/checks', '/status', '/audit/accesses']);
  await page.goto(`${app.console}/audit/accesses`);
  const paper = await printed(page);
  assert.ok(paper.text.length > 20, paper.text);
}));
