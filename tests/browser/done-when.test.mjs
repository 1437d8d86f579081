// The bureau's whole way through the console, from what `make run` starts: an invitation on paper, yesterday's results, a correction by
// two people, a layout by two people, the clock's next file in it, and the auditor who sees all. Each part goes on from the one before.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { age, daysLater, operator, ownDemo, sql } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { beside, go, look, printed } from './lib/look.mjs';
import { press } from './lib/pages.mjs';
import { visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

let stop;
before(async () => { stop = await ownDemo('done-when', {}, { flags: [] }); });
after(async () => {
  await closeAll();
  await stop();
});

const BOSS = '水野';
const APPROVER = '堀田';
const AUDITOR = '石黒';
/** Whom the demo does not know: invited at the console. */
const NEW = { name: '青木 三郎', code: 'new-1' };
const HEADER = 'UKETSUKE_NO';
const options = { version: 'current', width: 1280, limit: 400_000 };
const root = join(import.meta.dirname, '..', '..');
const text = (page) => page.locator('main').innerText();
const bare = (words) => words.normalize('NFKC').replaceAll(/\s/g, '');
const shapeOf = (page) => page.getByRole('region', { name: '形のちがい', exact: true });
const tile = (page, title) => page.locator('.tile', { has: page.getByRole('heading', { name: title, exact: true }) }).getByRole('link');
/** What one part found, for those after it. */
const found = {};

/** A text as CP932 writes it: every character of two bytes is found by reading them all. */
function inCp932(words) {
  const reader = new TextDecoder('shift_jis');
  const known = new Map();
  for (let first = 0x81; first <= 0xfc; first += 1) {
    for (let second = 0x40; second <= 0xfc; second += 1) {
      const character = reader.decode(Uint8Array.of(first, second));
      if (character.length === 1 && !known.has(character)) known.set(character, [first, second]);
    }
  }
  return Buffer.from([...words].flatMap((c) => (c.charCodeAt(0) < 0x80 ? [c.charCodeAt(0)] : known.get(c))));
}

/** A day in Japan, so many days from now, as midnight of UTC. */
const day = (days) => new Date(Math.floor((Date.now() + 9 * 3_600_000) / 86_400_000 + days) * 86_400_000);
const iso = (date) => date.toISOString().slice(0, 10);
const isBeforeTheCut = () => new Date(Date.now() + 9 * 3_600_000).getUTCHours() < 6;
const isAtWork = (date) => ![0, 6].includes(date.getUTCDay()) && !/^(12-(29|30|31)|01-0[123])$/.test(iso(date).slice(5))
  && sql(`select count(*) from holidays where day = '${iso(date)}'`).trim() === '0';

/** The files that stand in the list, newest first. */
async function files(page, app) {
  await page.goto(`${app.console}/deliveries`);
  return page.locator('main tbody tr').evaluateAll((rows) => rows.map((row) => ({
    path: row.querySelector('a').getAttribute('href'),
    kind: row.querySelector('[data-label="種類"]').textContent.trim(),
    rows: Number(row.querySelector('[data-label="件数"]').textContent),
  })));
}

/** The file of the page that is open, as bytes and as lines. */
async function download(page) {
  const link = page.getByRole('link', { name: 'ダウンロードする', exact: true });
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const bytes = Buffer.concat(await (await file.createReadStream()).toArray());
  return { bytes, lines: new TextDecoder('shift_jis').decode(bytes).split('\r\n') };
}

test('an invitation that is made at the console, after a proof, is printed and enrols a passkey, once', (t) => visit(t, { ...options, allow: [/401/] }, async ({ page, app }) => {
  await desk.signIn(page, app, BOSS);
  await page.goto(`${app.console}/staff/new`);
  await page.getByLabel('職員番号').fill(NEW.code);
  await page.getByLabel('氏名').fill(NEW.name);
  await page.getByLabel('受付担当').check();
  age('staff_sessions', 'confirmed_at', 6);
  await press(page, '登録して、招待状を作る');
  assert.equal(await desk.h1(page), 'もう一度、本人確認をしてください');
  await desk.press(page, '本人確認をして進む');
  await page.getByRole('heading', { level: 1, name: '招待状' }).waitFor();
  assert.ok(await page.getByRole('img', { name: 'キーを登録する画面のQRコード' }).isVisible());
  const url = await page.locator('.invitation .mono').innerText();
  const paper = await printed(page);
  assert.equal(paper.pages, 1);
  for (const words of [NEW.name, url]) assert.ok(bare(paper.text).includes(bare(words)), `${words}: ${paper.text}`);

  await beside(async (fresh) => {
    await desk.join(fresh, app, NEW.name, url);
    assert.equal(await desk.h1(fresh), '今日の仕事');
    await fresh.goto(url);
    assert.equal(await desk.h1(fresh), 'この招待は使えません');
  });
}));

test('yesterday\'s results are found from the work of today, their file is fetched, and one is corrected by two people', (t) => visit(t, options, async ({ page, app }) => {
  await desk.signIn(page, app, NEW.name);
  const yesterday = tile(page, '前営業日の受付');
  assert.equal(await yesterday.innerText(), '12件');
  await go(page, yesterday);
  assert.match(await text(page), /1〜12件／全12件/);
  const one = page.locator('main tbody tr').filter({ hasText: '登録完了' }).first().getByRole('link');
  found.number = await one.innerText();
  await go(page, one);
  assert.equal(await desk.h1(page), found.number);
  const detail = page.url();

  // The clock closed it at the start of the demo, unless the bureau rests today or has not opened yet: then by hand.
  if (isAtWork(day(0)) && !isBeforeTheCut()) {
    await until(async () => (await files(page, app)).length > 0);
    await go(page, page.locator('main tbody tr').first().getByRole('link').first());
  } else {
    await page.goto(`${app.console}/deliveries`);
    await desk.press(page, 'いままでの結果を、臨時にまとめる');
    await page.waitForURL(/\/deliveries\/\d+$/);
  }
  const file = await download(page);
  assert.ok(file.lines[0].startsWith('"受付番号"'), file.lines[0]);
  assert.match(file.lines.find((line) => line.includes(found.number)), /登録完了/);
  found.header = file.lines[0];

  await page.goto(detail);
  await go(page, page.getByRole('link', { name: '結果の訂正を提案する' }));
  await page.getByText('登録されていない', { exact: true }).click();
  await page.getByLabel('訂正の理由').fill('金融機関から連絡');
  await page.getByLabel('確かめた根拠').fill('きょうの回答書');
  await desk.press(page, '提案する');
  await page.getByText('さんが訂正を提案しています').waitFor();
  await page.goto(`${app.console}/corrections`);
  assert.equal(await page.getByRole('button', { name: '承認する' }).count(), 0, 'not by who proposed');

  await beside(async (approver) => {
    await desk.signIn(approver, app, APPROVER);
    await go(approver, tile(approver, '承認待ちの訂正'));
    assert.ok((await text(approver)).includes(found.number));
    await press(approver, '承認する');
    await approver.goto(`${app.console}/corrections`);
    assert.ok((await text(approver)).includes('0件（確認済み）'));
  });
  await page.goto(detail);
  assert.ok((await text(page)).includes('訂正済'));
}));

test('a layout is changed, tried, held beside a sample of the vendor, proposed, and approved by another', (t) => visit(t, options, async (stage) => {
  const { page, app } = stage;
  // The vendor calls the first column by another name, and has three rows of people of its own: between quotes, with CR and LF.
  const [, ...others] = found.header.split(',');
  const rows = ['1', '22', '333'].map((n) => [HEADER, ...others].map((_, place) => `"VENDOR${n}-${place}"`).join(','));
  const sample = { name: 'sample.csv', mimeType: 'text/csv', buffer: inCp932(`${[[`"${HEADER}"`, ...others].join(','), ...rows].join('\r\n')}\r\n`) };
  const compare = async () => {
    await page.getByLabel('見本のファイル').setInputFiles(sample);
    await press(page, 'ちがいを調べる');
    assert.equal(await desk.h1(page), '見本とのちがい');
  };
  await desk.signIn(page, app, NEW.name);
  await page.goto(`${app.console}/layouts`);
  await press(page, '案を作る');
  const path = new URL(page.url()).pathname;
  await compare();
  assert.match(await shapeOf(page).innerText(), /見出し行が違います/);
  await go(page, page.getByRole('link', { name: 'レイアウトにもどる' }));

  await go(page, page.getByRole('link', { name: /直す\s*：受付番号/ }));
  await page.getByLabel('項目名', { exact: true }).fill(HEADER);
  await press(page, '試しに見る');
  assert.equal(await page.getByLabel('項目名', { exact: true }).inputValue(), HEADER);
  await page.getByRole('region', { name: 'この項目のためし書き' }).waitFor();
  await press(page, 'この内容で保存する');
  await page.getByLabel('使い始める日').fill(iso(day(0)));
  await page.getByLabel('変更のメモ').fill('料金システムの項目名に合わせる');
  await press(page, 'この内容で保存する');
  await compare();
  assert.equal(await shapeOf(page).count(), 0, 'the file has the shape of the sample');
  assert.ok(await page.getByRole('region', { name: '個人の項目のちがい' }).isVisible(), 'of other people');
  await go(page, page.getByRole('link', { name: 'レイアウトにもどる' }));
  await press(page, '承認者に提案する');
  assert.match(await text(page), /ほかの承認者が決めます/);
  await look(stage, ['/layouts?waiting=yes', path]);

  await beside(async (approver) => {
    await desk.signIn(approver, app, APPROVER);
    await go(approver, tile(approver, '承認待ちのレイアウト'));
    await go(approver, approver.locator('main tbody').getByRole('link'));
    assert.equal(new URL(approver.url()).pathname, path);
    const shown = await text(approver);
    assert.match(shown, new RegExp(HEADER));
    assert.match(shown, /青木 三郎\s+形のちがい0件/, 'who approves sees how it compared');
    await press(approver, '承認する');
    assert.match(await text(approver), /承認済み/);
  });
}));

test('the next file, by the clock at the cut of the next working day, comes out in it with the correction', async (t) => {
  let days = 1;
  while (!isAtWork(day(days))) days += 1;
  // The cut of that day must be over.
  if (isBeforeTheCut()) days += 1;
  const known = Number(sql('select max(no) from deliveries'));
  stop = await daysLater(stop, 'done-when-later', days);
  await visit(t, options, async ({ page, app }) => {
    await desk.signIn(page, app, NEW.name);
    const number = ({ path }) => Number(path.split('/').pop());
    const made = await until(async () => (await files(page, app)).find((file) => number(file) > known && file.kind === '定時' && file.rows > 0));
    await page.goto(app.console + made.path);
    assert.match(await text(page), /レイアウト\s+第2版/);
    const { lines } = await download(page);
    assert.ok(lines[0].startsWith(`"${HEADER}",`), lines[0]);
    assert.match(lines.find((line) => line.includes(found.number)), /訂正済/);
    found.file = made.path;
  });
});

test('the auditor, who has no other role, sees each of these acts by name, and the record whole', (t) => visit(t, options, async ({ page, app }) => {
  await desk.signIn(page, app, AUDITOR);
  assert.match(await text(page), /石黒 四郎 さんの役割：監査\s+権限の表/);
  await page.goto(app.console + found.file);
  assert.equal(await page.getByRole('link', { name: 'ダウンロードする' }).count(), 0);
  for (const [who, name, acts] of [
    ['demo-1', '水野 花子', ['職員を登録した', '役割を付けた', '職員を招待した']],
    [NEW.code, NEW.name, ['キーを登録した', '訂正を提案した', 'レイアウトの案を作った', 'レイアウトの案を直した', '見本とくらべた',
      'レイアウトを提案した', '還元データをダウンロードした']],
    ['demo-2', '堀田 次郎', ['訂正を承認した', 'レイアウトを承認した']],
    ['システム', 'システム', ['還元データを作った']],
  ]) {
    await page.goto(`${app.console}/audit`);
    await page.getByLabel('だれが').fill(who);
    if (who === 'システム') await page.getByLabel('何を').selectOption('還元データ');
    await press(page, 'しぼり込む');
    const entries = await page.locator('main tbody tr').evaluateAll((rows) => rows.map((row) => ['だれが', '何を'].map((label) => row.querySelector(`[data-label="${label}"]`).textContent.trim())));
    for (const act of acts) assert.ok(entries.some(([by, what]) => by.includes(name) && what === act), `${name}: ${act}: ${entries.join(' / ')}`);
  }
  await page.goto(`${app.console}/audit`);
  await page.getByLabel('受付番号').fill(found.number);
  await press(page, 'しぼり込む');
  const about = await text(page);
  assert.ok(about.includes(NEW.name) && about.includes('堀田 次郎'), about);
  await page.goto(`${app.console}/audit/checkpoints`);
  await desk.press(page, 'いま検証する');
  await page.getByText('つながっています').waitFor();
  assert.equal(new URL(page.url()).pathname, '/audit/checkpoints');
}));

test('the table of permissions says the same on its page, on its paper, in the printed manual and in the operations guide', (t) => visit(t, options, async ({ page, context, app }) => {
  await desk.signIn(page, app, AUDITOR);
  await page.goto(`${app.console}/permissions`);
  const reader = await context.newPage();
  const rows = (html) => reader.evaluate((source) => {
    const tables = [...new DOMParser().parseFromString(source, 'text/html').querySelectorAll('table')];
    const table = tables.find((one) => one.rows[0].cells[0].textContent.trim() === 'できること' && one.rows[0].cells.length > 2);
    return [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  }, html);
  const here = await rows(await page.content());
  assert.ok(here.length > 20 && here.flat().filter((cell) => cell === '可').length > 50, 'a table of some size');
  const paper = bare((await printed(page)).text);
  for (const [what] of here) assert.ok(paper.includes(bare(what)), `not on paper: ${what}`);

  const guide = readFileSync(join(root, 'docs', 'OPERATIONS.md'), 'utf8').split(/<!-- permissions:(?:begin|end) -->/)[1];
  const lines = guide.trim().split('\n').map((line) => line.split('|').slice(1, -1).map((cell) => cell.replace(/`\w+`/, '').trim()));
  assert.deepEqual(lines.filter((_, at) => at !== 1), here);

  const folder = mkdtempSync(join(tmpdir(), 'mizumado-manuals-'));
  try {
    operator('manuals', '--out', folder);
    assert.deepEqual(await rows(readFileSync(join(folder, 'administrator.html'), 'utf8')), here);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}));
