// Wrong and hostile input: the sentences, where the focus goes, and that nothing typed is lost.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

after(closeAll);

const BANNED = /不正|無効|エラーが発生|正しくありません|ないでください|恐れ入りますが/;
const SHAPES = /(を(1つ以上)?入力してください|を選んでください|は、.+入力してください(（.+）)?|を確かめてください。.+|への同意を選んでください)$/;

/** The error page is as ux.md 2.1 and 2.2 say; answers its sentences. */
async function assertErrorPage(page, step) {
  const url = new URL(page.url());
  assert.equal(url.pathname, `/apply/${step}`);
  assert.ok(url.searchParams.has('error'), `${page.url()} says ?error`);
  assert.match(await page.title(), /^(【[^】]+】)?エラー：/);
  assert.match((await form.summary(page).locator('h2').first().innerText()).trim(), form.SUMMARY_HEADING);
  // `autofocus` acts with the first frame, which may come after the page's load.
  const focused = () => page.evaluate(() => Boolean(document.activeElement?.closest('#errors')));
  await until(focused, 10_000, 'the summary has the focus');
  const links = await form.summary(page).locator('a').all();
  assert.ok(links.length > 0);
  const sentences = [];
  for (const one of links) {
    const sentence = (await one.innerText()).trim();
    sentences.push(sentence);
    assert.match(sentence, SHAPES, sentence);
    assert.doesNotMatch(sentence, BANNED);
    await one.click();
    const target = (await one.getAttribute('href')).slice(1);
    const there = await page.evaluate((id) => {
      const active = document.activeElement;
      const aim = document.getElementById(id);
      return aim !== null && (active === aim || aim.contains(active)) && active.matches('input, textarea, select, [tabindex]');
    }, target);
    assert.ok(there, `the link 「${sentence}」 moves the focus to #${target}`);
    const all = await page.locator('[id$="-error"]').allInnerTexts();
    const atField = all.map((text) => text.replace(/^\s*エラー：\s*/, '').trim());
    assert.ok(atField.includes(sentence), `「${sentence}」 stands at a field too: ${atField.join(' / ')}`);
  }
  const count = Number(/（(\d+)件）/.exec(await form.summary(page).innerText())[1]);
  assert.equal(count, sentences.length);
  return sentences;
}

const FORMS = ['terms', 'bank', 'number', 'place', 'name', 'former', 'contact', 'account'];

describe('every page sent empty', () => {
  for (const options of [{ version: 'current' }, { version: 'current', js: false }, { version: '109', js: false }]) {
    test(`${options.version}, ${options.js === false ? 'without' : 'with'} JavaScript`, (t) => visit(t, options, async ({ page, app }) => {
      const who = form.person({ name: { name_changed: 'yes' } });
      await form.start(page, app);
      for (const step of FORMS) {
        await form.atStep(page, step);
        await form.press(page, form.BUTTON.next);
        await assertErrorPage(page, step);
        assert.equal((await page.reload()).status(), 200);
        await form.pass(page, who, step);
      }
      assert.equal(form.stepOf(page), 'check');
    }));
  }
});

// What is wrong, in which field, and a piece of the sentence that must come.
const WRONG = {
  number: [['customer_number', '12a', /^お問い合わせ番号/]],
  place: [
    ['postal_code', '940', /^郵便番号は、数字7桁で入力してください/],
    ['building', 'あ'.repeat(46), /40文字以内で入力してください（いま46文字です）/],
    ['start_month', '13', /^水道の使用開始日/],
  ],
  name: [['family_kana', '山田', /カタカナで入力してください/]],
  contact: [['phone_mobile', '123', /^電話番号（携帯）は、/]],
  account: [['account_number', '12345678', /^口座番号は、数字7桁以内で入力してください/]],
};

describe('wrong values', () => {
  test('get their sentence, and everything typed is kept', (t) => visit(t, { js: false }, async ({ page, app }) => {
    const who = form.person();
    await form.start(page, app);
    for (let step = 'terms'; step !== 'check'; step = await form.pass(page, who, step)) {
      for (const [name, value, sentence] of WRONG[step] ?? []) {
        await form.fillStep(page, step, { ...who[step], [name]: value });
        const before = await form.typed(page, Object.keys(who[step]));
        await form.press(page, form.BUTTON.next);
        const said = await assertErrorPage(page, step);
        assert.ok(said.some((one) => sentence.test(one)), `${name}=${value}: ${said.join(' / ')}`);
        assert.deepEqual(await form.typed(page, Object.keys(who[step])), before, 'nothing typed is lost');
      }
    }
  }));

  test('ゆうちょ銀行: symbol and number', (t) => visit(t, { js: false }, async ({ page, app }) => {
    const who = form.person({ institution: '9900' });
    await form.start(page, app);
    await form.walk(page, who, 'account');
    await form.fillStep(page, 'account', { ...who.account, yucho_symbol: '2403' });
    await form.press(page, form.BUTTON.next);
    const said = await assertErrorPage(page, 'account');
    assert.ok(said.includes('記号は、1で始まる数字5桁で入力してください'), said.join());
  }));
});

const ACCEPTED = [
  ['number', { customer_number: '０１２３－４５６－７８９' }],
  ['place', { postal_code: '９４０ー００６２' }],
  ['name', { family_kana: 'やまだ', given_kana: 'ﾀﾛｳ' }],
  ['name', { family_name: '髙﨑', given_name: '神' }],
  ['contact', { phone_mobile: '０９０（００００）５６７８' }],
  ['account', { account_number: ' 1234567 ' }],
];

describe('accepted as people write it', () => {
  test('full width, hyphens, hiragana, half-width kana, rare characters', (t) => visit(t, { js: false }, async ({ page, app }) => {
    const who = form.person();
    await form.start(page, app);
    for (const [step, values] of ACCEPTED) {
      const at = form.STEPS.indexOf(form.stepOf(page));
      if (at > form.STEPS.indexOf(step)) await form.open(page, app, `/apply/${step}`);
      else await form.walk(page, who, step);
      Object.assign(who[step], values);
      await form.pass(page, who, step);
    }
    await form.walk(page, who, 'check');
    const text = await page.locator('main').innerText();
    assert.ok(text.includes('髙﨑') && text.includes('神'), 'a legal name stays as it was typed');
  }));
});

// Security S11: whatever is typed is text. Control characters may be dropped, nothing may run or fall over.
const HOSTILE = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onfocus=alert(1) autofocus='", '</title><svg onload=alert(1)>',
  'javascript:alert(1)', '{{7*7}}${7*7}<%= 7*7 %>', "'; DROP TABLE applications;--", '=HYPERLINK("x")', '../../../../etc/passwd',
  '\u202e山田\u202c', '\u200b\ufeff', '山田😀', 'a\u0000b\u0007c', '%00%0d%0aSet-Cookie:x=1', 'あ'.repeat(600),
];
const TEXT_FIELDS = {
  number: ['customer_number'],
  place: ['postal_code', 'town', 'block', 'building', 'start_year', 'start_month', 'start_day'],
  name: ['family_name', 'given_name', 'family_kana', 'given_kana'],
  former: ['old_name', 'old_kana'],
  contact: ['phone_home', 'phone_work', 'phone_mobile', 'email'],
  account: ['branch_query', 'account_number', 'holder_name', 'holder_kana'],
};

/** Types `value` into every text field of the step that is to be seen. */
async function typeEverywhere(page, step, value) {
  for (const name of TEXT_FIELDS[step] ?? []) {
    const field = page.locator(`[id="${name}"]`);
    if (await field.isVisible()) await field.fill(value);
  }
}

async function showsAsText(page, app, step, value) {
  await typeEverywhere(page, step, value);
  await form.press(page, form.BUTTON.next);
  assert.equal(new URL(page.url()).origin, app.public);
  assert.equal(await page.locator('main script, main svg[onload], img[src="x"], [onfocus], [onerror]').count(), 0);
  assert.ok(await page.locator('h1').count(), `a page of ours answers at ${step}`);
}

describe('hostile values', () => {
  // Every field with every value, over HTTP, is the Rust suite's; a browser shows that nothing runs.
  for (const [version, values] of [['current', HOSTILE], ['109', HOSTILE.slice(0, 4)]]) {
    test(`stay text in every field: ${version}`, (t) => visit(t, { version }, async ({ page, app }) => {
      const who = form.person({ name: { name_changed: 'yes' } });
      await form.start(page, app);
      for (const step of FORMS) {
        for (const value of TEXT_FIELDS[step] ? values : []) {
          await showsAsText(page, app, step, value);
          if (new URL(page.url()).pathname !== `/apply/${step}`) await form.open(page, app, `/apply/${step}`);
        }
        await form.open(page, app, `/apply/${step}`);
        await typeEverywhere(page, step, '');
        await form.pass(page, who, step);
      }
    }));
  }

  test('are shown unchanged where they are allowed, up to the check page', (t) => visit(t, {}, async ({ page, app }) => {
    const building = '<b>"&\'</b>';
    const who = form.person({ place: { building } });
    await form.toCheck(page, app, who);
    assert.ok((await page.locator('main').innerText()).includes(building));
  }));

  test('in the look-up give the one combined sentence', (t) => visit(t, { js: false }, async ({ page, app }) => {
    for (const value of HOSTILE.slice(0, 3)) {
      await form.lookUpReceipt(page, app, value, '0000');
      assert.equal(await page.locator('main script').count(), 0);
      assert.match(await page.locator('body').innerText(), /受付番号と電話番号の下4桁を確かめてください。どちらかがちがいます/);
    }
  }));
});
