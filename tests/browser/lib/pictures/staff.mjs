// Pictures of 操作マニュアル（職員用）.
import assert from 'node:assert/strict';
import { go } from '../look.mjs';
import { fold } from '../picture.mjs';
import * as form from '../pages.mjs';
import { NARROW, column, facts, field, follow, heading, link, part, row, rowHeads } from './stage.mjs';

/** Two of the desk's invented people are called so. */
const CALLER = 'タカハシ　ヨウコ';

const home = {
  name: 'staff-home',
  title: '今日の仕事',
  at: 'monday',
  async take(stage) {
    const page = await stage.at('clerk', '/');
    const tiles = page.locator('.tile');
    await fold(tiles.filter({ hasText: /きょう連絡|未ダウンロード|^警報|対応中の障害|承認待ちの停止/ }));
    const marks = [
      page.getByText(/確認していない警報/), tiles.first(), page.locator('.tile--look').first(),
      part(page, 'ダウンロードを待っている還元データ', 'ul'), part(page, '金融機関の休止の予定', 'ul'),
      page.locator('.rail > ul'), form.button(page, 'ログアウト'),
    ];
    return { page, from: page.locator('.bar'), words: page.locator('.bar, .rail, main'), marks };
  },
};

const applications = {
  name: 'staff-applications',
  title: '受付結果',
  async take(stage) {
    const page = await stage.at('clerk', '/applications?result=rejected');
    await page.getByText('いまの条件をビューとして保存').click();
    await page.getByLabel('ビューの名前').fill('登録できなかったもの');
    await form.press(page, '保存する');
    await page.goto(`${stage.app.training}/applications?attention=1`);
    await fold(page.locator('#found tbody tr:nth-child(4), #found tbody tr:nth-child(5)'));
    const marks = [page.locator('.find'), page.locator('.filters'), page.locator('#found .chips'), page.locator('#found .count'), rowHeads(page), column(page, '結果')];
    return { page, marks };
  },
};

const application = {
  name: 'staff-application',
  title: '申込みの画面',
  async take(stage) {
    const page = await stage.at('clerk', '/applications?attention=1', NARROW);
    await go(page, row(page, '名義不一致').getByRole('link').first());
    await page.getByLabel('メモを追加する').fill('金融機関の担当課に、登録されている名義を問い合わせた。');
    await form.press(page, 'メモを保存する');
    await fold(page.locator('.summary__row').filter({ has: page.locator('dt').getByText(/カナ|メール|使用開始日|コード|申込みをする方|支店|預金/) }));
    await fold(page.locator('.timeline > li:nth-child(n+3)'));
    const marks = [
      page.locator('.title-row'), page.locator('.notice--warning').filter({ hasText: '要対応' }), page.locator('summary', { hasText: '伏せた項目を表示する' }),
      page.locator('dl.summary'), part(page, 'できること', 'ul'), [...part(page, 'メモ', 'ul'), page.locator('form[action$="/notes"]')],
      part(page, 'これまでの動き', 'ol'),
    ];
    return { page, second: heading(page, 'できること'), marks };
  },
};

const corrections = {
  name: 'staff-corrections',
  title: '承認待ちの訂正',
  async take(stage) {
    const own = await stage.at('clerk', '/applications?attention=1');
    await go(own, row(own, '結果不明').getByRole('link').first());
    await follow(own, '結果の訂正を提案する');
    await own.getByText('登録されている', { exact: true }).click();
    await own.getByLabel('訂正の理由').fill('金融機関では登録されているが、結果が届いていない');
    await own.getByLabel('確かめた根拠').fill('9時30分、金融機関の担当課に電話し、受付番号と受付日時で確かめた');
    await form.press(own, '提案する');
    const page = await stage.at('approver', '/corrections');
    const card = page.locator('main .card').first();
    const marks = [card.locator('h2'), facts(card, '提案した人', '提案した日時'), facts(card, '訂正の理由', '確かめた根拠'), card.locator('form')];
    return { page, marks };
  },
};

const deliveries = {
  name: 'staff-deliveries',
  title: '還元データ',
  at: 'monday',
  async take(stage) {
    const page = await stage.at('clerk', '/deliveries');
    await row(page, '未ダウンロード').first().waitFor();
    await fold(page.locator('main tbody tr:nth-child(n+9)'));
    const marks = [
      page.locator('main .lead'), form.button(page, 'いままでの結果を、臨時にまとめる'), link(page, 'レイアウトを見る・変える'),
      rowHeads(page), column(page, '種類'), column(page, '書けない文字など'), column(page, 'ダウンロード'),
    ];
    return { page, marks };
  },
};

const delivery = {
  name: 'staff-delivery',
  title: '還元データの1つの号',
  at: 'monday',
  async take(stage) {
    const page = await stage.at('clerk', '/deliveries');
    const withFindings = page.locator('main tbody tr').filter({ has: page.locator('td[data-label="書けない文字など"]').getByText(/[1-9]/) });
    await go(page, withFindings.first().getByRole('link').first());
    await Promise.all([page.waitForEvent('download'), link(page, 'ダウンロードする').click()]);
    await page.reload();
    await fold(page.locator('.summary__row').filter({ hasText: /^\s*(営業日|種類|作成|大きさ|レイアウト)/ }));
    await fold(page.locator('.notice--warning h2 + p'));
    const marks = [
      facts(page, 'ファイル名', '件数'), facts(page, 'チェックサム（SHA-256）'), page.locator('.notice--warning').filter({ hasText: 'そのまま書けなかったもの' }), link(page, 'ダウンロードする'),
      page.locator('summary', { hasText: '暗号化して持ち出す' }), page.locator('summary', { hasText: '別のレイアウトで作り直す' }), part(page, 'ダウンロードした人', 'ul'),
    ];
    return { page, marks };
  },
};

const layout = {
  name: 'staff-layout',
  title: 'レイアウトの案',
  async take(stage) {
    const page = await stage.at('clerk', '/layouts', NARROW);
    await form.press(page, '案を作る');
    await form.press(page, '項目を追加する');
    await page.getByLabel('項目名').fill('預金種別名');
    await page.getByLabel('申込みの項目', { exact: true }).selectOption('預金種別名');
    await form.press(page, 'この内容で保存する');
    assert.match(page.url(), /\/layouts\/\w+#columns$/);
    await page.getByLabel('使い始める日').fill(stage.day);
    await page.getByLabel('変更のメモ').fill('料金システムの会社に頼まれたため');
    await form.press(page, 'この内容で保存する');
    await fold(page.locator('[aria-label="ためし書き"] tbody tr:nth-child(n+3)'));
    await fold(page.locator('[aria-label="項目の一覧"] tbody tr:not(:last-child)'));
    const shape = page.locator('form').filter({ has: page.getByLabel('使い始める日') });
    await fold(shape.locator(':scope > .grid > .field:nth-child(n+3), :scope > p, :scope > .checkbox, :scope > fieldset'));
    const marks = [
      page.locator('main > p').filter({ has: page.locator('.tag') }).first(), form.button(page, '承認者に提案する'),
      part(page, '前の版とのちがい', 'ul'), [heading(page, 'ためし書き'), page.locator('[aria-label="ためし書き"]')],
      [heading(page, '項目'), page.locator('[aria-label="項目の一覧"]')], [heading(page, 'ファイルの形'), shape],
      [heading(page, '料金システムの見本と比べる'), page.locator('form[action$="/comparison"]')],
    ];
    return { page, second: heading(page, '項目'), marks };
  },
};

/** The search of the form finds who was asked for; the page is not sent yet. */
async function fillIntake(page) {
  await page.getByLabel('電話', { exact: true }).check();
  await page.getByLabel('どの申込みか').fill(CALLER);
  await form.press(page, '申込みをさがす');
  await page.locator('input[name="application"]').first().check();
  await page.getByRole('radio', { name: '申込みの結果・登録の状況', exact: true }).check();
  await page.getByLabel('用件').fill('登録が終わったかを知りたい。結果のお知らせを消してしまった');
  await page.getByLabel('相手のお名前').fill('髙橋 陽子');
  await page.getByLabel('電話番号').fill('090-0000-1234');
}

const intake = {
  name: 'staff-inquiry-new',
  title: '問合せを記録する',
  async take(stage) {
    const page = await stage.at('clerk', '/inquiries/new', NARROW);
    await fillIntake(page);
    await page.getByLabel('その場で答えたこと').fill('登録は終わっていると伝えた');
    await page.getByLabel('これで完了にする').check();
    await fold(page.locator('[id="source"] .radio:nth-child(n+3)'));
    await fold(page.locator('[id="category"] .radio:nth-child(n+4)'));
    await fold(field(page, 'priority'));
    const marks = [
      page.locator('[id="source"]'), [field(page, 'said'), form.button(page, '申込みをさがす')], page.locator('fieldset[id="application"]'), field(page, 'body'),
      ['name', 'phone', 'email'].map((id) => field(page, id)), field(page, 'answer'), field(page, 'done'),
    ];
    return { page, second: field(page, 'body'), marks };
  },
};

/** A call that waits for an answer: recorded by a clerk, handed on by an approver, with a template at hand. */
async function recordCall(stage) {
  const page = await stage.at('clerk', '/inquiries/new');
  await fillIntake(page);
  await form.press(page, '記録する');
  const path = new URL(page.url()).pathname;
  const other = await stage.at('approver', '/inquiries/templates');
  await other.getByLabel('ひな形の名前').fill('登録の状況の答え');
  await other.getByLabel('本文').fill('お問い合わせありがとうございます。お申込みの状況は、次のとおりです。');
  await form.press(other, 'このひな形を登録する');
  await other.goto(stage.app.training + path);
  await other.getByLabel('次の担当に引き継ぐ').check();
  await other.getByLabel('本文').fill('午後に、かけ直す約束をしました。申込みの画面を見てから、お電話してください。');
  await form.press(other, '保存する');
  return path;
}

const inquiry = {
  name: 'staff-inquiry',
  title: '問合せの画面',
  async take(stage) {
    const path = await stage.once('call', () => recordCall(stage));
    const page = await stage.at('clerk', path, NARROW);
    await page.getByLabel('ひな形').selectOption('登録の状況の答え');
    await form.press(page, 'ひな形を入れる');
    await page.locator('[id="body"]').evaluate((area) => { area.rows = 3; });
    await fold(page.locator('.summary__row').filter({ has: page.locator('dt').getByText(/^(種類|受付|次の連絡日)$/) }));
    await fold(page.locator('.timeline > li:nth-child(n+3)'));
    await fold(page.locator('form[action$="/closing"], main > details:has(form[action="/improvements"])'));
    const marks = [
      page.locator('.title-row'), page.locator('.notice--warning').filter({ has: heading(page, '引き継ぎ') }), facts(page, '相手のお名前', '電話番号', 'メール'), facts(page, '結び付けた申込み'),
      form.button(page, 'ひな形を入れる'), [page.locator('[id="kind"]'), field(page, 'body')],
      page.locator('summary', { hasText: '担当・優先度・連絡日' }), part(page, 'これまでの動き', 'ol'),
    ];
    return { page, second: page.locator('[id="kind"]'), marks };
  },
};

const inquiries = {
  name: 'staff-inquiries',
  title: '問合せ',
  async take(stage) {
    await stage.once('call', () => recordCall(stage));
    const page = await stage.at('clerk', '/inquiries');
    await fold(page.locator('main tbody tr:nth-child(2), main tbody tr:nth-child(3)'));
    const marks = [
      link(page, '問合せを記録する'), link(page, '引き継ぎの一覧'), link(page, '電話の相談'), page.locator('.find'), page.locator('.filters'),
      column(page, '回答の期限'), part(page, '要望・受付の時間・ひな形', 'ul'),
    ];
    return { page, marks };
  },
};

/** Somebody is at step 3, has forgotten the number, and asks for help by phone. Answers the number that leads there. */
async function askForHelp(stage) {
  const { page, app } = await stage.citizen('caller');
  await form.start(page, app);
  await form.walk(page, form.person(), 'number');
  await follow(page, '電話で相談する');
  await form.press(page, '相談の番号を表示する');
  const code = (await page.locator('.receipt-number').innerText()).trim();
  await follow(page, '入力にもどる');
  await form.press(page, form.BUTTON.next);
  await form.summary(page).waitFor();
  return code;
}

const assist = {
  name: 'staff-assist',
  title: '相談中の方の画面',
  async take(stage) {
    const code = await askForHelp(stage);
    const page = await stage.at('clerk', '/assist');
    await page.getByLabel('相談の番号').fill(code);
    await form.press(page, '画面の状態を見る');
    const hint = page.getByLabel('よく使うヒント');
    await hint.selectOption(await hint.locator('option').filter({ hasText: '検針票' }).first().innerText());
    const marks = [
      facts(page, '開いている画面'), part(page, '直すところ', 'ul'), link(page, 'いまの状態を表示する'), [field(page, 'hint'), field(page, 'text')],
      form.button(page, 'いまの画面に表示する'), form.button(page, '相談を終える'),
    ];
    return { page, marks };
  },
};

export default [applications, application, corrections, layout, intake, inquiry, inquiries, assist, home, deliveries, delivery];
