// Every exercise of the training, done as its text says; and a class from its beginning to its end.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { age, ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import * as desk from './lib/desk.mjs';
import { beside, go, look, printed } from './lib/look.mjs';
import * as form from './lib/pages.mjs';
import * as practice from './lib/practice.mjs';
import { EXERCISES, bar, become, text, toExercise } from './lib/practice.mjs';
import { visit } from './lib/session.mjs';
import { until } from './lib/until.mjs';

let stop;
before(async () => { stop = await ownDemo('exercises'); });
after(async () => {
  await closeAll();
  await stop();
});

const TRAINER = '水野';
const CLERK = '水野 花子';
const APPROVER = '堀田 次郎';
const ADMINISTRATOR = '青木 三郎';
const OPERATOR = '小杉 五月';
const options = { version: 'current', width: 1280 };

/** `YYYY-MM-DD HH:MM` in Japan, so many minutes from now. */
/** A day of the desk's calendar, `days` after the Friday on which the class takes place. */
const deskDay = (days) => new Date(Date.parse(practice.friday()) + days * 86_400_000).toISOString().slice(0, 10);

/** A part of the console by its navigation. */
const part = (page, name) => go(page, page.locator('nav').getByRole('link', { name, exact: true }).first());
const link = (page, name) => go(page, form.link(page, name).first());
/** A number on 「今日の仕事」, by what stands above it. */
const count = async (page, label) => {
  await part(page, 'ホーム');
  await go(page, page.locator('.tile').filter({ has: page.getByRole('heading', { name: label, exact: true }) }).getByRole('link'));
};
/** What the text of the exercise says of its case. */
const told = async (page, pattern) => (pattern.exec(await text(page)) ?? assert.fail(`${pattern} is not in the text`))[1];
const RECEIPT = /受付番号は([0-9A-Z-]+)/;
const toConsole = (page) => form.press(page, '職員の画面で始める');

/** Searches as the list has it. */
async function search(page, what) {
  await part(page, '受付結果');
  await page.getByLabel('さがす', { exact: true }).fill(what);
  await go(page, page.locator('.find').getByRole('button', { name: 'さがす' }));
}

async function note(page, what) {
  await page.getByLabel('メモを追加する').fill(what);
  await form.press(page, 'メモを保存する');
  assert.ok((await text(page)).includes(what));
}

/** From wherever the person is, back to the exercise, and on as somebody else. */
async function as(page, exercise, name) {
  await toExercise(page, exercise);
  await become(page, name);
}

/** Opens the guidance of an application, reads it, and comes back. */
async function readGuidance(page) {
  await link(page, '新しい手続きの案内');
  await link(page, '申込みの画面にもどる');
}

async function propose(page, isRegistered) {
  await page.getByRole('link', { name: '結果の訂正を提案する' }).click();
  await page.getByText(isRegistered, { exact: true }).click();
  await page.getByLabel('訂正の理由').fill('金融機関の担当課から回答があったため');
  await page.getByLabel('確かめた根拠').fill('きょう、担当課に電話で確かめた');
  await form.press(page, '提案する');
}

async function approveCorrection(page, exercise) {
  await as(page, exercise, APPROVER);
  await count(page, '承認待ちの訂正');
  assert.ok((await text(page)).includes('担当課に電話で確かめた'), 'the ground is there to read');
  await form.press(page, '承認する');
}

const answered = (page, exercise, typed) => toExercise(page, exercise).then(() => practice.answer(page, exercise, { typed }));

/** By id: does what 「やること」 says. The page stands at the exercise, which has begun. */
const SOLUTIONS = {
  async 'find-application'(page, exercise) {
    const kana = await told(page, /電話です。「(.+?)です。/);
    const phone = await told(page, /電話番号は([\d-]+)です/);
    await toConsole(page);
    await search(page, kana);
    const alike = await page.locator('main table tbody tr').count();
    assert.ok(alike > 1, `${alike} people are called so`);
    await page.getByLabel('さがす', { exact: true }).fill(`${kana} ${phone}`);
    await go(page, page.locator('.find').getByRole('button', { name: 'さがす' }));
    const found = page.locator('main table tbody tr');
    assert.equal(await found.count(), 1, 'kana and phone find one');
    await go(page, found.getByRole('link').first());
    assert.ok((await text(page)).includes(`＊${phone.slice(-3)}`), 'the last three digits are seen');
    await answered(page, exercise, await desk.h1(page));
  },
  async 'explain-refusal'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await search(page, receipt);
    assert.match(await text(page), /暗証番号相違/);
    const address = page.url();
    await readGuidance(page);
    assert.equal(page.url(), address);
    await answered(page, exercise);
    await bar(page, '職員の画面');
    await search(page, receipt);
    await note(page, 'やり直しのしかたを伝えた');
  },
  async 'account-not-found'(page, exercise) {
    const customer = await told(page, /お問い合わせ番号は(\d+)です/);
    await toConsole(page);
    await search(page, customer);
    assert.match(await text(page), /口座なし/);
    const receipt = await desk.h1(page);
    await readGuidance(page);
    await note(page, '通帳を見るように案内した');
    await answered(page, exercise, receipt);
  },
  async 'cancelled-midway'(page, exercise) {
    const phone = await told(page, /電話番号は([\d-]+)です/);
    await toConsole(page);
    await search(page, phone);
    await page.getByLabel('結果', { exact: true }).selectOption('取りやめ');
    await form.press(page, 'しぼり込む');
    const rows = page.locator('main table tbody tr');
    assert.equal(await rows.count(), 1);
    await go(page, rows.getByRole('link').first());
    assert.match(await text(page), /新しい手続き/);
    await note(page, '引き落としは始まらないと答えた');
    await answered(page, exercise);
  },
  async 'still-checking'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await search(page, receipt);
    assert.match(await text(page), /結果確認中[^]*結果の照会/);
    await note(page, '待つように答えた');
    await answered(page, exercise);
  },
  async 'name-mismatch'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await count(page, '要対応');
    const row = page.locator('main table tbody tr').filter({ hasText: receipt });
    assert.match(await row.innerText(), /名義不一致/);
    await go(page, row.getByRole('link').first());
    await reveal(page, '本人からの問い合わせに答えるため');
    assert.match(await page.locator('main').innerText(), /口座名義（送った形）\s+[ｦ-ﾟ ]{4}/);
    await note(page, '通帳のカナと比べてもらった');
    await form.press(page, '確認した（要対応から外す）');
    await answered(page, exercise);
  },
  async 'phone-inquiry'(page, exercise) {
    await toConsole(page);
    assert.match(await text(page), /りそな銀行の定期メンテナンス/);
    await part(page, '問合せ');
    await link(page, '問合せを記録する');
    assert.ok(await page.getByLabel('電話', { exact: true }).isChecked());
    await choose(page, '申込みの方法');
    await page.getByLabel('用件').fill('りそな銀行の休止はいつか');
    await page.getByLabel('その場で答えたこと').fill('日曜日の1時から5時まで');
    await page.getByText('これで完了にする').click();
    await form.press(page, '記録する');
    await answered(page, exercise);
  },
  async 'record-withdrawal'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    const customer = await told(page, /お問い合わせ番号は(\d+)です/);
    await toConsole(page);
    await search(page, receipt);
    assert.ok((await text(page)).includes(`＊${customer.slice(-3)}`));
    await link(page, '取下げを記録する');
    const withdrawal = page.url();
    await answered(page, exercise);
    await page.goto(withdrawal);
    await page.getByLabel('申し出の内容').fill('きょう電話で、ご本人から');
    await form.press(page, '取下げを記録する');
    assert.match(await text(page), /取下げ/);
  },
  async 'unknown-result'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await count(page, '要対応');
    await link(page, receipt);
    const address = page.url();
    assert.match(await text(page), /結果不明/);
    await answered(page, exercise);
    await page.goto(address);
    await propose(page, '登録されている');
    await approveCorrection(page, exercise);
  },
  async 'correct-result'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await search(page, receipt);
    await answered(page, exercise);
    await bar(page, '職員の画面');
    await search(page, receipt);
    await propose(page, '登録されていない');
    await approveCorrection(page, exercise);
    await as(page, exercise, CLERK);
    await search(page, receipt);
    await note(page, '電話で本人に伝えた');
  },
  async 'first-delivery'(page, exercise) {
    await toConsole(page);
    const newest = (await page.locator('main table tbody th').first().innerText()).trim();
    await toExercise(page, exercise);
    await practice.move(page, 'つぎの月の最初の営業日へ');
    await bar(page, '職員の画面');
    await until(async () => {
      await part(page, '還元データ');
      return (await page.locator('main table tbody th').first().innerText()).trim() !== newest;
    }, 20_000, 'no new file was closed');
    await go(page, page.locator('main table tbody tr').first().getByRole('link').first());
    assert.match(await text(page), /定時/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('main').getByText('ダウンロードする', { exact: true }).first().click()]);
    assert.ok((await readFile(await file.path())).length > 0);
    await page.reload();
    assert.match(await text(page), /ダウンロードした人[^]*水野 花子/);
    await answered(page, exercise);
  },
  async 'odd-letter'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    const row = page.locator('main table tbody tr').filter({ hasText: receipt });
    await toConsole(page);
    await count(page, '要対応');
    if ((await row.count()) === 0) {
      await toExercise(page, exercise);
      await practice.move(page, '次の締めのあとまで');
      await bar(page, '職員の画面');
      await count(page, '要対応');
    }
    assert.match(await row.innerText(), /外字/);
    await go(page, row.getByRole('link').first());
    await reveal(page, '料金システムへの登録を確かめるため');
    assert.match(await text(page), /使用者氏名\s+𠮷田/);
    await note(page, '料金システムは「吉」で登録');
    await form.press(page, '確認した（要対応から外す）');
    await answered(page, exercise);
  },
  async 'phone-assist'(page, exercise) {
    await bar(page, '申込みの画面');
    await form.press(page, form.BUTTON.start);
    await form.walk(page, form.person(), 'number');
    await link(page, '電話で相談する');
    await form.press(page, '相談の番号を表示する');
    const code = (await page.locator('.receipt-number').innerText()).trim();
    await link(page, '入力にもどる');
    await form.press(page, form.BUTTON.next);
    assert.ok((await form.summary(page).innerText()).length > 0);
    await toExercise(page, exercise);
    await toConsole(page);
    assert.equal(await desk.h1(page), '電話の相談');
    await page.getByLabel('相談の番号').fill(code);
    await form.press(page, '画面の状態を見る');
    assert.match(await text(page), /直すところ[^]*お問い合わせ番号/);
    const hint = page.getByLabel('よく使うヒント');
    await hint.selectOption(await hint.locator('option').filter({ hasText: '検針票' }).first().innerText());
    await form.press(page, 'いまの画面に表示する');
    const session = page.url();
    await bar(page, '申込みの画面');
    await link(page, '続きから再開する');
    await page.locator('#assist').filter({ hasText: '検針票' }).waitFor();
    await page.goto(session);
    await form.press(page, '相談を終える');
    await part(page, '問合せ');
    await link(page, '問合せを記録する');
    await choose(page, '申込みの方法');
    await page.getByLabel('用件').fill('番号の入れ方');
    await form.press(page, '記録する');
    await answered(page, exercise);
  },
  async 'answer-inquiry'(page, exercise) {
    await toConsole(page);
    await count(page, '回答の期限を過ぎた問合せ');
    const number = (await page.locator('main table tbody tr').first().getByRole('link').first().innerText()).trim();
    await link(page, number);
    await as(page, exercise, APPROVER);
    await part(page, '問合せ');
    await link(page, '回答のひな形');
    await page.getByLabel('ひな形の名前').fill('あいさつと結び');
    await page.getByLabel('本文').fill('お問い合わせありがとうございます。ご不明な点は、お電話ください。');
    await form.press(page, 'このひな形を登録する');
    await as(page, exercise, CLERK);
    await part(page, '問合せ');
    await link(page, number);
    await page.getByLabel('ひな形').selectOption('あいさつと結び');
    await form.press(page, 'ひな形を入れる');
    assert.ok(await page.getByLabel('回答する（相手が読みます）').isChecked());
    const body = page.getByLabel('本文');
    await body.fill(`${await body.inputValue()}\n続きます。`);
    await form.press(page, '保存する');
    assert.match(await text(page), /回答済み/);
    await answered(page, exercise);
  },
  async 'ask-operator'(page, exercise) {
    await toConsole(page);
    await part(page, '問合せ');
    await link(page, '問合せを記録する');
    await page.getByText('運用担当あて', { exact: true }).click();
    await choose(page, '画面が動かない・表示がおかしい');
    await page.getByLabel('用件').fill('けさ、ホームが開くまでに時間がかかった');
    await form.press(page, '記録する');
    const number = (await desk.h1(page)).trim();
    await as(page, exercise, OPERATOR);
    await part(page, '問合せ');
    await link(page, number);
    assert.ok(await page.getByLabel('回答する（相手が読みます）').isChecked());
    await page.getByLabel('本文').fill('バックアップの時刻と重なっていました。');
    await form.press(page, '保存する');
    await answered(page, exercise);
  },
  async 'improvement-request'(page, exercise) {
    await toConsole(page);
    await page.getByLabel('どれを').selectOption('すべて');
    await form.press(page, 'しぼり込む');
    await go(page, page.locator('main table tbody tr').first().getByRole('link').first());
    await page.getByText('改善の要望として登録する').click();
    await page.getByLabel('要望', { exact: true }).fill('文字をもっと大きくしてほしい');
    await form.press(page, 'この要望を登録する');
    await as(page, exercise, APPROVER);
    await part(page, '問合せ');
    await link(page, '改善の要望');
    await link(page, '文字をもっと大きくしてほしい');
    await page.getByLabel('対応予定').check();
    await page.getByLabel('理由と、要望した方に伝えること').fill('次の版で直します');
    await form.press(page, 'この内容で決める');
    await answered(page, exercise);
  },
  async 'change-layout'(page, exercise) {
    await toConsole(page);
    await part(page, '還元データ');
    await link(page, 'レイアウトを見る・変える');
    await form.press(page, '案を作る');
    await page.getByText('項目を追加する').click();
    await page.getByLabel('項目名').fill('預金種別名');
    assert.equal(await page.getByLabel('もとになるもの').evaluate((one) => one.selectedOptions?.[0].text ?? one.value), '申込みの項目');
    await page.getByLabel('申込みの項目', { exact: true }).selectOption('預金種別名');
    await form.press(page, 'この内容で保存する');
    assert.match(await text(page), /前の版とのちがい[^]*預金種別名[^]*ためし書き/);
    await form.press(page, '承認者に提案する');
    await as(page, exercise, APPROVER);
    await part(page, '還元データ');
    await link(page, 'レイアウトを見る・変える');
    await go(page, page.locator('main table tbody tr').filter({ hasText: '承認待ち' }).getByRole('link').first());
    await form.press(page, '承認する');
    await answered(page, exercise);
  },
  async 'change-text'(page, exercise) {
    await toConsole(page);
    await part(page, '文面');
    await link(page, '登録できなかったお知らせ');
    await form.press(page, '新しい案を作る');
    const body = page.getByLabel('本文', { exact: true });
    const before = await body.inputValue();
    assert.ok(before.includes('理由と、次にすることは'), before);
    await body.fill(before.replace('理由と、次にすることは', '窓口でも、ご相談いただけます。\n理由と、次にすることは'));
    await page.getByLabel('変更のメモ').fill('よく聞かれるため');
    await form.press(page, '案を保存する');
    assert.match(await text(page), /申込者に見えるもの[^]*前の版とのちがい/);
    await page.getByLabel('試しに送る先のメールアドレス').fill('kenshu@example.jp');
    await form.press(page, '試しに送る');
    const draft = page.url();
    await bar(page, '届いたメール');
    await until(async () => {
      await page.reload();
      return (await page.locator('body').innerText()).includes('kenshu@example.jp');
    }, 20_000, 'the mail did not come');
    await go(page, page.locator('main').getByRole('link').first());
    assert.ok((await page.locator('body').innerText()).includes('窓口でも、ご相談いただけます。'));
    await page.goto(draft);
    await form.press(page, '承認者に提案する');
    await as(page, exercise, APPROVER);
    await part(page, '文面');
    const waiting = page.locator('main table tbody tr');
    await go(page, waiting.filter({ hasText: '登録できなかったお知らせ' }).getByRole('link').last());
    await go(page, waiting.filter({ hasText: '承認待ち' }).getByRole('link').first());
    await form.press(page, '承認する');
  },
  async 'branch-update'(page, exercise) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '支店の表のファイル' }).click()]);
    await toConsole(page);
    await part(page, '金融機関・休止の予定');
    await link(page, '支店の表の取込み');
    await page.getByLabel('支店の表のファイル').setInputFiles({ name: 'branches.csv', mimeType: 'text/csv', buffer: await readFile(await file.path()) });
    await form.press(page, 'ちがいを確かめる');
    assert.match(await text(page), /追加[^]*変更[^]*廃止/);
    await form.press(page, 'この内容で取り込む');
    await part(page, '金融機関・休止の予定');
    await link(page, '支店の表の取込み');
    assert.doesNotMatch(await text(page), /これまでの取込み\s+0件/);
    await answered(page, exercise);
  },
  async 'closed-day'(page, exercise) {
    await toConsole(page);
    await part(page, '営業日と休日');
    await page.getByText('休業日を加える', { exact: true }).click();
    await page.getByLabel('休業日の名前').fill('開庁記念日');
    await page.getByLabel('初めの日').fill('06-01');
    await form.press(page, '休業日に加える');
    assert.match(await text(page), /水道局の休業日[^]*開庁記念日/);
    // The next June that is still to come.
    let months = 0;
    do await link(page, '次の月'); while (!/年6月/.test(await text(page)) && (months += 1) < 12);
    assert.match(await text(page), /6月1日[^\n]*\n+開庁記念日/);
    await answered(page, exercise);
  },
  async 'monthly-stop'(page, exercise) {
    await toConsole(page);
    await part(page, '金融機関・休止の予定');
    await link(page, '休止の予定を登録する');
    await page.getByLabel('金融機関', { exact: true }).selectOption('大光銀行');
    await page.getByLabel('いつ', { exact: true }).fill('第3日曜 21:00-翌7:00');
    await page.getByLabel('理由').fill('毎月の点検のため');
    await form.press(page, '暦で確かめる');
    assert.match(await text(page), /この予定で休止する時間[^]*21/);
    // What is changed now is seen in the calendar first.
    await page.getByLabel('理由').fill('毎月の定期点検のため');
    await form.press(page, 'この予定で登録する');
    assert.match(await text(page), /まだ登録していません/);
    await form.press(page, 'この予定で登録する');
    assert.match(await text(page), /休止の予定[^]*大光銀行/);
    await answered(page, exercise);
  },
  async 'person-and-key'(page, exercise) {
    await toConsole(page);
    await part(page, '職員');
    await link(page, '職員を登録する');
    await page.getByLabel('職員番号').fill('9001');
    await page.getByLabel('氏名').fill('花見七海');
    await page.getByLabel('受付担当').check();
    await form.press(page, '登録して、招待状を作る');
    const invitation = await page.locator('.invitation .mono').innerText();
    await link(page, '花見七海 さんの画面にもどる');
    const person = page.url();
    // The part of the person who is invited.
    const key = await desk.authenticator(page);
    await desk.enrol(page, invitation);
    await form.press(page, 'リカバリーコードを作る');
    await part(page, '自分の設定');
    await form.press(page, /^停止する/);
    assert.match(await text(page), /登録されたキーはありません/);
    await key.remove();
    await as(page, exercise, ADMINISTRATOR);
    await page.goto(person);
    await form.press(page, '利用を停止する');
    assert.match(await text(page), /停止中/);
    await answered(page, exercise);
  },
  async 'planned-outage'(page, exercise) {
    await toConsole(page);
    await part(page, '障害・連絡');
    await link(page, '停止予定');
    await link(page, '停止を提案する');
    await page.getByLabel('作業の内容').fill('サーバーの部品を取りかえる');
    assert.equal(await page.getByLabel('止める範囲').evaluate((one) => one.selectedOptions[0].text), 'サービス全体');
    const day = deskDay(2);
    await page.getByLabel('始まり').fill(`${day} 01:00`);
    await page.getByLabel('終わり').fill(`${day} 05:00`);
    await page.getByLabel('申込者へのお知らせ').fill('機器の点検のため');
    await page.getByLabel('影響').fill('申込みができない');
    await page.getByLabel('切戻しの方法').fill('4時までに決めて、古い部品にもどす');
    await form.press(page, '提案する');
    await as(page, exercise, APPROVER);
    await count(page, '承認待ちの停止予定');
    await go(page, page.locator('main').getByRole('link', { name: /第\d+号/ }).first());
    await form.press(page, '承認する');
    await bar(page, '申込みの画面');
    await link(page, '停止の予定を見る');
    assert.match(await text(page), /機器の点検のため/);
    await answered(page, exercise);
  },
  async 'visual-check'(page, exercise) {
    await toConsole(page);
    await part(page, '稼働状況');
    await link(page, '目視点検の記録');
    assert.match(await text(page), /の点検として記録します/);
    await page.getByLabel('異常なし').check();
    await page.getByLabel('見たもの').fill('申込みの画面、稼働状況、サーバーのランプ');
    await form.press(page, '点検を記録する');
    assert.match(await text(page), /小杉 五月/);
    await answered(page, exercise);
  },
  async incident(page, exercise) {
    await toConsole(page);
    await part(page, '障害・連絡');
    await link(page, '障害を登録する');
    await page.getByLabel('件名').fill('金融機関の画面に進めない');
    await page.getByText('一部の手続きができない').click();
    await page.getByLabel('金融機関への引き渡し').check();
    await page.getByLabel('わかっていること').fill('長岡信用金庫の画面に進めないと、電話が続いた');
    await form.press(page, '障害を登録する');
    const reached = form.button(page, 'つながった');
    if (await reached.count()) await form.press(page, 'つながった');
    await page.getByLabel('経過', { exact: true }).fill('回線を調べている。次は15分後');
    await form.press(page, '経過を記録する');
    await page.getByText(/^状態を変える/).click();
    await page.getByLabel('内容', { exact: true }).fill('回線が直った');
    await form.press(page, '復旧にする');
    await page.getByLabel('原因を書く').fill('回線の故障');
    await form.press(page, '原因を記録する');
    await page.getByText('再発防止策を加える').first().click();
    await page.getByLabel('再発防止策', { exact: true }).fill('回線を二重にする');
    await page.getByLabel('担当', { exact: true }).fill('運用');
    await page.getByLabel('期限', { exact: true }).fill(deskDay(30));
    await go(page, page.getByRole('button', { name: '再発防止策を加える' }));
    await page.getByText(/^状態を変える/).click();
    await page.getByLabel('内容', { exact: true }).fill('確かめた');
    await form.press(page, '完了にする');
    await link(page, '報告書を見る・印刷する');
    assert.match(await text(page), /回線の故障/);
  },
  async 'read-audit'(page, exercise) {
    const receipt = await told(page, RECEIPT);
    await toConsole(page);
    await page.getByLabel('受付番号').fill(receipt);
    await page.getByLabel('何を').selectOption('申込みを見た');
    await form.press(page, 'しぼり込む');
    const oldest = await page.locator('main table tbody tr').last().innerText();
    assert.match(oldest, /岡本 六実/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('この条件でCSVを出力').click()]);
    assert.ok((await readFile(await file.path())).length > 0);
    await link(page, '個人情報へのアクセスを、日と人ごとに見る');
    await page.getByLabel('日', { exact: true }).fill(/\d{4}-\d\d-\d\d/.exec(oldest)[0]);
    await form.press(page, '表示する');
    assert.match(await text(page), /岡本 六実/);
    await answered(page, exercise);
  },
  async 'monthly-paper'(page, exercise) {
    await toConsole(page);
    await page.getByLabel('進捗報告書').check();
    const month = await page.getByLabel('対象の月').inputValue();
    // By the clock of the desk, which stands on the class's day.
    const last = new Date(`${deskDay(0).slice(0, 7)}-01T00:00Z`);
    last.setUTCMonth(last.getUTCMonth() - 1);
    assert.equal(month, last.toISOString().slice(0, 7), 'last month stands there');
    await form.press(page, '作る');
    await page.getByLabel('所見').fill('変わったことはありませんでした。');
    await form.press(page, '保存して、確定する');
    assert.match(await text(page), /確定/);
    await answered(page, exercise);
  },
  async 'citizen-applies'(page, exercise) {
    const customer = await told(page, /お問い合わせ番号：(\d{10})/);
    const phone = await told(page, /電話番号（携帯）：([\d-]+)/);
    const mail = await told(page, /メールで受け取る（([a-z@.]+)）/);
    const who = form.person({
      number: { customer_number: customer },
      place: { block: '2-1-1', building: '', start_year: '', start_month: '', start_day: '' },
      name: { family_name: '水沢', given_name: 'みなと', family_kana: 'ミズサワ', given_kana: 'ミナト' },
      contact: { phone_mobile: phone, notice: 'mail', email: mail },
    });
    for (const typed of [who.place.postal_code, who.account.branch, who.account.account_number]) assert.ok((await text(page)).includes(typed), `${typed} is in the text`);
    const wide = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await bar(page, '申込みの画面');
    const site = new URL(page.url()).origin;
    await form.press(page, form.BUTTON.start);
    await form.walk(page, who, 'check');
    const receipt = await form.toHandoff(page);
    assert.match(await form.heading(page), /ここから先は、\s*第四北越銀行\s*の画面です/);
    await form.press(page, form.BUTTON.toInstitution);
    await form.answerEveryPage(page);
    await form.press(page, form.BUTTON.returnToUs);
    await page.waitForURL((url) => url.origin === site);
    await form.expectResult(page, form.H1.done);
    assert.equal(await form.receiptNumber(page), receipt);
    await bar(page, '申込みの画面');
    await link(page, '申込みの状況を確認する');
    await form.fill(page, { receipt_number: receipt, phone_last4: phone.slice(-4) });
    await form.press(page, '状況を表示する');
    assert.match(await text(page), /口座番号\s+\*{4}567[^]*状況\s+登録完了/);
    await bar(page, '届いたメール');
    await until(async () => {
      await page.reload();
      return (await page.locator('main tbody tr').filter({ hasText: mail }).count()) === 2;
    }, 20_000, 'the two mails did not come');
    await page.setViewportSize(wide);
    await toExercise(page, exercise);
    await toConsole(page);
    await search(page, receipt);
    assert.match(await text(page), /登録完了/);
    const moment = page.locator('.timeline li').filter({ hasText: '登録完了のお知らせ' });
    await go(page, moment.getByRole('link', { name: /^送った文を読む/ }));
    assert.equal(await desk.h1(page), '送ったメール');
    assert.ok((await text(page)).includes(receipt), 'the mail names the receipt number');
    await answered(page, exercise);
  },
};

async function choose(page, kind) {
  await page.getByRole('radio', { name: kind, exact: true }).check();
}

async function reveal(page, reason) {
  await page.getByText('伏せた項目を表示する').click();
  await page.getByText(reason).click();
  await form.press(page, '理由を記録して表示する');
}

test('every exercise has a solution, and no solution is left over', () => {
  assert.deepEqual(EXERCISES.map(({ id }) => id).sort(), Object.keys(SOLUTIONS).sort());
});

describe('as its text says', { concurrency: 2 }, () => {
  let code;
  before(() => beside(async (trainer, log, app) => {
    await desk.signIn(trainer, app, TRAINER);
    code = await practice.makeClass(trainer, app, { title: 'ひとりずつ', seats: EXERCISES.length + 2 });
  }));
  for (const [no, exercise] of EXERCISES.entries()) {
    test(`${exercise.id} is done`, (t) => visit(t, { ...options, limit: 240_000 }, async ({ page, app }) => {
      await practice.sit(page, app, { code, number: no + 1, name: '試験 花子' });
      await practice.begin(page, exercise);
      await SOLUTIONS[exercise.id](page, exercise);
      await toExercise(page, exercise);
      await practice.assertMarks(page, exercise, 'できました');
      assert.match(await text(page), /できました（.+）。次の課題をえらぶ/);
    }));
  }
  test('a file that leaves a practice desk says in its name that it is one', (t) => visit(t, options, async ({ page, app }) => {
    await practice.sit(page, app, { code, number: EXERCISES.length + 1, name: '試験 花子' });
    await become(page, CLERK);
    await part(page, '受付結果');
    const named = async (button) => (await Promise.all([page.waitForEvent('download'), button.click()]))[0].suggestedFilename();
    await go(page, page.getByText('この条件でCSVを出力'));
    await page.getByLabel('件数をまとめて報告する').check();
    await form.press(page, 'CSVを作る');
    const names = [await named(page.getByText('CSVをダウンロード').first())];
    await part(page, '還元データ');
    await go(page, page.locator('main table tbody tr').first().getByRole('link').first());
    names.push(await named(page.locator('main').getByText('ダウンロードする', { exact: true }).first()));
    assert.deepEqual(names.filter((name) => !/^(研修|training)_/.test(name)), []);
  }));
  test('the institution of a practice desk is taken for no real one, not on paper either', (t) => visit(t, options, async ({ page, app }) => {
    await practice.sit(page, app, { code, number: EXERCISES.length + 2, name: '試験 花子' });
    await bar(page, '金融機関の画面');
    await page.goto(new URL('/site/0140/', page.url()).href);
    assert.match(await page.title(), /^【研修】/);
    const paper = bare((await printed(page)).text);
    for (const words of ['研修用', '研修環境です', 'これは練習用の画面です']) assert.ok(paper.includes(words), `${words}: ${paper}`);
    await bar(page, '課題');
  }));
});

const find = (id) => EXERCISES.find((one) => one.id === id);
const CHECKING = find('still-checking');
const REFUSAL = find('explain-refusal');
const VISUAL = find('visual-check');
/** Without the spaces that a line's end brings on paper. */
const bare = (words) => words.replaceAll(/\s/g, '');
/** How a class page shows one person. */
const rowOf = (page, name) => page.locator('main table tbody tr').filter({ hasText: name });
const refresh = (trainer) => link(trainer, '進み具合を最新にする');
/** The cell of an exercise: after seat, name and clock, in the order of the class. */
const cell = (page, name, exercise, all = EXERCISES) => rowOf(page, name).locator('th, td').nth(3 + all.indexOf(exercise)).innerText();

test('a class from its beginning to its end, with three learners and one trainer', (t) => visit(t, { ...options, limit: 400_000, allow: [/401/, /422/] }, (stage) => beside((first) => beside((second) => beside(async (third) => {
  const { page: trainer, app } = stage;
  await desk.signIn(trainer, app, TRAINER);
  const code = await practice.makeClass(trainer, app, { title: '新任の研修', seats: 3 });
  const address = trainer.url();
  const [one, two, three] = ['試験 一郎', '試験 二葉', '試験 三郎'];
  for (const [no, [page, name]] of [[first, one], [second, two], [third, three]].entries()) await practice.sit(page, app, { code, number: no + 1, name });

  await practice.begin(first, CHECKING);
  await SOLUTIONS[CHECKING.id](first, CHECKING);
  await practice.begin(second, REFUSAL);
  await practice.answer(second, REFUSAL);
  await bar(second, '課題');
  await form.press(second, '研修担当を呼ぶ');
  assert.match(await text(second), /研修担当に知らせました/);

  await refresh(trainer);
  assert.equal(await cell(trainer, one, CHECKING), 'できた');
  assert.equal(await cell(trainer, two, REFUSAL), '1/3');
  assert.equal(await cell(trainer, three, VISUAL), '－');
  assert.match(await rowOf(trainer, two).innerText(), /呼んでいます/);
  await trainer.getByLabel('だれに').selectOption(`席 2 ${two}`);
  await trainer.getByLabel('伝えること').fill('受付番号でさがしてください。');
  await form.press(trainer, '伝える');
  assert.doesNotMatch(await rowOf(trainer, two).innerText(), /呼んでいます/);
  await second.reload();
  assert.match(await text(second), /研修担当から[^]*受付番号でさがしてください。[^]*研修担当を呼ぶ/);
  await first.reload();
  await bar(first, '課題');
  assert.doesNotMatch(await text(first), /研修担当から/, 'what is said to one is not read by another');

  // Over the weekend: files are closed on the way, and what is due that day is due.
  const clock = async (page) => /(\d+年\d+月\d+日)　(\d\d:\d\d)/.exec(await text(page));
  const before = await clock(third);
  await practice.move(third, '次の営業日の8時31分まで');
  const monday = await clock(third);
  assert.equal(monday[2], '08:31');
  assert.notEqual(monday[1], before[1]);
  await trainer.getByLabel('席', { exact: true }).first().selectOption('3');
  await practice.move(trainer, '次の休みの明けまで');
  await third.reload();
  const after = await clock(third);
  assert.equal(after[2], '08:31');
  assert.notEqual(after[1], monday[1]);
  assert.deepEqual((await clock(second))[1], before[1], 'the clock of another desk stands');
  await practice.begin(third, VISUAL);
  await SOLUTIONS[VISUAL.id](third, VISUAL);
  await bar(third, '課題');
  await become(third, CLERK);
  await part(third, '還元データ');
  assert.match(await third.locator('main table tbody tr').first().innerText(), /定時/);
  await refresh(trainer);
  assert.equal(await cell(trainer, three, VISUAL), 'できた');

  await link(trainer, '修了証・受講証を印刷する');
  const certificates = await printed(trainer);
  assert.equal(certificates.pages, 3, certificates.text);
  for (const name of [one, two, three]) assert.ok(bare(certificates.text).includes(bare(`${name}さん`)), name);
  await trainer.goto(address);
  await link(trainer, '研修の記録');
  const record = await printed(trainer);
  for (const words of ['研修用', code, one, CHECKING.title, 'できました']) assert.ok(bare(record.text).includes(bare(words)), `${words}: ${record.text}`);

  // Nobody ends a class in passing: first it is said what goes, then the way back is taken.
  await trainer.goto(address);
  await link(trainer, '教室を終える');
  const goes = await text(trainer);
  for (const words of ['元にはもどせません', '席のデータ：3個', '使っている席：3席', one, two, REFUSAL.title]) assert.ok(goes.includes(words), `${words}: ${goes}`);
  await link(trainer, '終えずに、教室にもどる');
  assert.equal(trainer.url(), address);
  await link(trainer, '教室を終える');
  age('staff_sessions', 'confirmed_at', 6);
  await form.press(trainer, '教室を終えて、データを消す');
  assert.equal(await desk.h1(trainer), 'もう一度、本人確認をしてください');
  await desk.press(trainer, '本人確認をして進む');
  await trainer.getByText('この教室は終わりました').waitFor();
  assert.equal(trainer.url(), address);
  await link(trainer, '研修の記録');
  assert.match(await text(trainer), /データの消去[^]*消した人\s+水野 花子[^]*申込み \d+件[^]*desk\.db/);
  for (const page of [first, second, third]) {
    await page.goto(`${app.training}/training/`);
    assert.equal(await desk.h1(page), '研修の教室に入る');
  }
  await practice.sit(first, app, { code, number: 1, name: one }).then(() => assert.fail('the class is over'), () => {});
  assert.ok((await form.summary(first).innerText()).includes('席'));
})))));

test('while a trainer writes, who comes in is told, what is written stays, and a screen that nobody touches locks', (t) => visit(t, options, (stage) => beside(async (learner) => {
  const { page: trainer, app } = stage;
  await desk.signIn(trainer, app, TRAINER);
  const code = await practice.makeClass(trainer, app, { title: '途中の人', seats: 2 });
  const [to, body] = [trainer.getByLabel('だれに'), trainer.getByLabel('伝えること')];
  const chosen = () => to.evaluate((list) => list.selectedOptions[0].textContent);
  await to.selectOption('席 2（空いています）');
  await body.fill('書きかけの文');
  await practice.sit(learner, app, { code, number: 2, name: '試験 二葉' });
  await until(async () => await chosen() === '席 2 試験 二葉');
  assert.equal(await body.inputValue(), '書きかけの文');

  // The page asks every ten seconds, and that keeps no screen open.
  age('staff_sessions', 'seen_at', 16);
  const lock = trainer.getByRole('dialog');
  await lock.waitFor();
  await lock.getByRole('button', { name: '本人確認をして続ける' }).click();
  await lock.waitFor({ state: 'hidden' });
  assert.deepEqual([await chosen(), await body.inputValue()], ['席 2 試験 二葉', '書きかけの文']);
  await form.press(trainer, '伝える');
  await learner.reload();
  assert.match(await text(learner), /研修担当から[^]*書きかけの文/);

  await link(trainer, '試験 二葉');
  await trainer.getByRole('textbox', { name: 'お名前' }).fill('試験 双葉');
  await form.press(trainer, 'お名前を直す');
  await link(trainer, '試験 双葉');
  await trainer.getByLabel(/席を空けて、ほかの人が使う/).check();
  await form.press(trainer, '席を空ける');
  assert.match(await text(trainer), /席 2 を空けました/);
  await learner.reload();
  assert.equal(await desk.h1(learner), '研修の教室に入る');
})));

test('an acceptance test is planned, done, remarked upon, reported and written out', (t) => visit(t, { ...options, limit: 300_000 }, (stage) => beside(async (tester) => {
  const { page: trainer, app } = stage;
  await desk.signIn(trainer, app, TRAINER);
  const code = await practice.makeClass(trainer, app, { title: '受入れ', seats: 1, kind: '受入テスト' });
  const address = trainer.url();
  await practice.sit(tester, app, { code, number: 1, name: '検査 一郎' });
  await practice.begin(tester, VISUAL);
  await SOLUTIONS[VISUAL.id](tester, VISUAL);
  await toExercise(tester, VISUAL);
  await tester.getByLabel('気づいたこと').fill('表の字が小さい');
  await form.press(tester, '答える');
  await practice.assertMarks(tester, VISUAL, 'できました');
  await trainer.goto(address);
  await link(trainer, '受入テストの報告書');
  assert.match(await text(trainer), /計画[^]*手順[^]*期待する結果[^]*結果[^]*合格[^]*表の字が小さい[^]*本番を始める前の確認/);
  assert.ok(bare((await printed(trainer)).text).includes('研修用'));
  const [file] = await Promise.all([trainer.waitForEvent('download'), form.link(trainer, 'Wordのファイルを受け取る').click()]);
  assert.match(file.suggestedFilename(), /^研修_.*\.docx$/);
  assert.equal((await readFile(await file.path())).subarray(0, 2).toString(), 'PK');
})));

test('every page of the training is sound, narrow and wide', (t) => visit(t, { ...options, limit: 400_000, allow: [/422/] }, (stage) => beside(async (learner, log) => {
  const { page: trainer, app } = stage;
  const atDesk = { page: learner, app: { console: app.training }, log };
  const found = [];
  const seen = (scene, paths) => look(scene, paths).catch((error) => found.push(error.message));
  await seen(atDesk, ['/training/', '/training/?code=K7M2QX']);
  await desk.signIn(trainer, app, TRAINER);
  const code = await practice.makeClass(trainer, app, { title: '見た目', seats: 3 });
  await learner.setViewportSize({ width: 1280, height: 800 });
  await practice.sit(learner, app, { code, number: 1, name: '試験 一郎' });
  await practice.begin(learner, EXERCISES[0]);
  await bar(learner, '課題');
  await form.press(learner, '研修担当を呼ぶ');
  await seen(atDesk, ['/training/', `/training/exercises/${EXERCISES[0].id}`, `/training/exercises/${REFUSAL.id}`]);
  await seen(stage, ['/training', `/training/${code}`, `/training/${code}/seats/1`, `/training/${code}/ending`, `/training/${code}/certificates`, `/training/${code}/report`]);
  assert.ok(found.length === 0, found.join('\n\n'));
})));
