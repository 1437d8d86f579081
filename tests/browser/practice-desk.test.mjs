// The four faces of a practice desk, narrow and wide: axe, geometry, markup, and on each page, on the screen and on paper, that it is practice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './lib/axe.mjs';
import { ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { assertGeometry } from './lib/geometry.mjs';
import { assertPrints, beside, go, look, printed } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import * as practice from './lib/practice.mjs';
import { EXERCISES, bar, become, text } from './lib/practice.mjs';
import { visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

const CLERK = '水野 花子';
const ADMINISTRATOR = '青木 三郎';
const TRAINER = '水野';
const MARK = '研修用';
const options = { version: 'current', width: 1280, limit: 400_000 };
/** As on paper, where a line's end is a space. */
const bare = (words) => words.normalize('NFKC').replaceAll(/\s/g, '');
const originOf = (page) => new URL(page.url()).origin;
const pathOf = (page) => new URL(page.url()).pathname;

let stop;
let code;
before(async () => {
  stop = await ownDemo('practice-desk');
  await beside(async (trainer, log, app) => {
    await desk.signIn(trainer, app, TRAINER);
    code = await practice.makeClass(trainer, app, { title: '席の画面', seats: 1 });
  });
});
after(async () => {
  await closeAll();
  await stop();
});

/** The one seat; who has it may come in again by another browser. */
const sit = (page, app) => practice.sit(page, app, { code, number: 1, name: '試験 一郎' });

/** A part of the console by its navigation. */
const part = (page, name) => go(page, page.locator('.rail').getByRole('link', { name, exact: true }));
const link = (page, name) => go(page, form.link(page, name).first());
const firstRow = (page) => page.locator('main table tbody tr').first().getByRole('link').first();

/** Nobody takes the page for a real one. */
async function assertMarked(page) {
  assert.match(await page.title(), /^【研修】/, page.url());
  const banner = page.locator('.training-banner').first();
  assert.ok(await banner.isVisible(), `${page.url()} has a banner`);
  assert.match(await banner.innerText(), /研修環境です/, page.url());
}

/** Pages of one face as two machines see them, and the mark on each. Collects, so that one run tells everything. */
async function seen({ page, log }, origin, paths) {
  const found = [];
  const note = (error) => found.push(error.message);
  await look({ page, app: { console: origin }, log }, paths).catch(note);
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const path of paths) {
    await page.goto(origin + path);
    await assertMarked(page).catch(note);
  }
  assert.ok(found.length === 0, found.join('\n\n'));
}

/** The same of what is not ours: the institution and the mailbox, whose markup is plain. */
async function seenBeside(page, paths) {
  const [origin, found] = [originOf(page), []];
  const note = (error) => found.push(error.message);
  for (const path of paths) {
    await page.goto(origin + path);
    await assertMarked(page).catch(note);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, `${width} px`).catch(note);
      await assertGeometry(page, `${width} px`).catch(note);
    }
  }
  assert.ok(found.length === 0, [...new Set(found)].join('\n\n'));
}

test('the console of a desk, its list, an application and an inquiry are sound, marked, and marked on paper', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await sit(page, app);
  await become(page, CLERK);
  const origin = originOf(page);
  await part(page, '受付結果');
  await go(page, firstRow(page));
  const application = pathOf(page);
  await page.goto(`${origin}/inquiries?view=all`);
  await go(page, firstRow(page));
  const inquiry = pathOf(page);
  await seen(stage, origin, ['/', '/applications', application, inquiry]);
  for (const path of ['/applications', application, inquiry]) {
    await page.goto(origin + path);
    await assertPrints(page, MARK);
  }
}));

test('the pages of texts, questions and wishes are sound at a desk, and so is the mail that one of them sends', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await sit(page, app);
  await become(page, CLERK);
  const origin = originOf(page);
  await part(page, '文面');
  await link(page, '登録できなかったお知らせ');
  await form.press(page, '新しい案を作る');
  const version = pathOf(page);
  await page.getByLabel('試しに送る先のメールアドレス').fill('kenshu@example.jp');
  await form.press(page, '試しに送る');
  await page.goto(`${origin}/improvements`);
  await page.getByLabel('要望', { exact: true }).fill('文字をもっと大きくしてほしい');
  await page.locator('#body').fill('窓口で聞いた');
  await form.press(page, 'この要望を登録する');
  const wish = pathOf(page);
  await seen(stage, origin, [version, '/questions', '/improvements', wish]);

  await bar(page, '届いたメール');
  await until(async () => {
    await page.reload();
    return (await page.locator('body').innerText()).includes('kenshu@example.jp');
  }, 20_000, 'the mail did not come');
  await go(page, page.locator('main').getByRole('link').first());
  await seenBeside(page, ['/', pathOf(page)]);
  assert.ok(bare((await printed(page)).text).includes(MARK), 'a mail on paper');
}));

test('what an administrator does at a desk is sound: a person, and a table of branches before it is taken in', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await sit(page, app);
  const table = await page.context().request.get(`${app.training}/training/files/branches.csv`);
  await become(page, ADMINISTRATOR);
  const origin = originOf(page);
  await part(page, '職員');
  await go(page, firstRow(page));
  const person = pathOf(page);
  await page.goto(`${origin}/institutions/imports`);
  await page.getByLabel('支店の表のファイル').setInputFiles({ name: 'branches.csv', mimeType: 'text/csv', buffer: await table.body() });
  await form.press(page, 'ちがいを確かめる');
  assert.match(await text(page), /追加[^]*変更[^]*廃止/);
  await seen(stage, origin, [person, pathOf(page)]);
}));

test('the form of a desk is sound and marked on its first pages', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  await sit(page, app);
  await bar(page, '申込みの画面');
  const origin = originOf(page);
  await form.press(page, form.BUTTON.start);
  await form.walk(page, form.person(), 'number');
  await seen(stage, origin, ['/', '/apply/bank', '/apply/number']);
  assert.ok(bare((await printed(page)).text).includes(MARK), 'the form on paper');
}));

test('the institution of a desk is sound and marked: where it is steered, its entrance, what a person sees there', (t) => visit(t, options, async ({ page, app }) => {
  await sit(page, app);
  await bar(page, '申込みの画面');
  await form.press(page, form.BUTTON.start);
  await form.walk(page, form.person(), 'check');
  await form.toHandoff(page);
  // A transaction that is open: the page of one that is over leaves by itself.
  await form.press(page, form.BUTTON.toInstitution);
  await seenBeside(page, [pathOf(page), '/site/0140/', '/control']);
}));

test('an exercise and the list of them are marked, on the screen and on paper', (t) => visit(t, options, async ({ page, app }) => {
  await sit(page, app);
  for (const path of ['/training/', `/training/exercises/${EXERCISES[0].id}`]) {
    await page.goto(app.training + path);
    await assertMarked(page);
    assert.ok(bare((await printed(page)).text).includes(MARK), path);
  }
}));
