// Pictures of 操作マニュアル（管理者用）.
import { go } from '../look.mjs';
import { fold, shorten } from '../picture.mjs';
import * as form from '../pages.mjs';
import { MONTH, NARROW, column, facts, field, follow, heading, link, part, row } from './stage.mjs';

/** The institution whose stops and branches are looked at. */
const INSTITUTION = '大光銀行';

/** A new person, a clerk at first and an approver as well a little later. */
async function register(stage) {
  const page = await stage.at('administrator', '/staff/new');
  await page.getByLabel('職員番号').fill('9001');
  await page.getByLabel('氏名').fill('花見 七海');
  await page.getByLabel('所属').fill('業務課');
  await page.getByLabel('受付担当').check();
  await form.press(page, '登録して、招待状を作る');
  await page.goto(`${stage.app.training}/staff`);
  await follow(page, '9001');
  await page.getByLabel('承認者').check();
  await form.press(page, '変更を保存する');
  await page.getByLabel('受講日').fill(stage.day);
  await page.getByLabel('研修の名前').fill('新任の受付担当の研修');
  await form.press(page, '研修を記録する');
  return new URL(page.url()).pathname;
}

const person = {
  name: 'admin-person',
  title: '職員の画面',
  async take(stage) {
    const page = await stage.at('administrator', await stage.once('person', () => register(stage)), NARROW);
    const marks = [
      page.locator('main > p').filter({ has: page.locator('.tag') }).first(), form.button(page, '招待状を作る'), form.button(page, '利用を停止する'),
      page.locator('[id="roles"]'), part(page, '役割の期間', 'table'), [heading(page, '研修の記録'), page.locator('form[action$="/trainings"]')],
    ];
    return { page, second: heading(page, '役割の期間'), marks };
  },
};

/** Previews a stop that comes again; it is not yet registered. */
async function preview(page, rule, reason) {
  await page.getByLabel('金融機関', { exact: true }).selectOption(INSTITUTION);
  await page.getByLabel('いつ', { exact: true }).fill(rule);
  await page.getByLabel('理由').fill(reason);
  await form.press(page, '暦で確かめる');
}

/** What is closed each month already. */
const closeMonthly = (stage) => stage.once('stop', async () => {
  const page = await stage.at('administrator', '/institutions/stops/new');
  await preview(page, '第2月曜の前日 23:55-翌6:00', '定期の点検のため');
  await form.press(page, 'この予定で登録する');
});

const stop = {
  name: 'admin-stop-calendar',
  title: '休止の予定を登録する（暦で確かめたところ）',
  async take(stage) {
    await closeMonthly(stage);
    const page = await stage.at('administrator', '/institutions/stops/new', MONTH);
    await preview(page, '第3日曜 21:00-翌7:00', '毎月の点検のため');
    // A whole month, whatever the day; and both ways to go on.
    await form.press(page, '次の月');
    await fold(page.locator('.month tbody tr').filter({ hasNot: page.locator('.month__line') }));
    const marks = [
      field(page, 'rule'), part(page, 'この予定で休止する時間', 'ul'), page.locator('.month__line--new'),
      page.locator('nav.pager'), form.button(page, 'この予定で登録する'),
    ];
    return { page, second: heading(page, 'この予定で休止する時間'), marks };
  },
};

const institution = {
  name: 'admin-institution',
  title: '金融機関の画面',
  async take(stage) {
    await closeMonthly(stage);
    const page = await stage.at('administrator', '/institutions');
    await go(page, row(page, INSTITUTION).getByRole('link').first());
    await fold(page.locator('.summary__row').filter({ hasNotText: /支店/ }));
    await fold(page.locator('.rows > li').filter({ hasText: 'サービス全体' }));
    const weeks = page.locator('.month tbody tr');
    // One week shows it.
    await fold(weeks.filter({ hasNotText: '23:55' }).or(page.locator('.month tbody tr:nth-child(n+3)')));
    const marks = [
      page.locator('.title-row'), facts(page, '支店', '最後に取り込んだ支店の表'),
      ['休止の予定を登録する', '名前を変える', '取扱いを終える'].map((name) => link(page, name)),
      part(page, 'これからの受付', 'table'), part(page, '休止の予定', 'ul'),
    ];
    return { page, marks };
  },
};

/** A newer table that has lost most branches of one institution, as a file that was cut off would have. */
async function cutTable(page, address) {
  const answer = await page.request.get(address);
  const [head, ...lines] = (await answer.text()).trim().split(/\r?\n/);
  const few = lines.filter((line) => line.includes('2363,'));
  const kept = few.slice(0, 2);
  return Buffer.from(`${[head, ...kept, '2363,901,水窓,ミズマド'].join('\r\n')}\r\n`);
}

const difference = {
  name: 'admin-branch-difference',
  title: '支店の表のちがい',
  async take(stage) {
    const page = await stage.at('administrator', '/institutions/imports');
    const buffer = await cutTable(page, `${stage.app.training}/training/files/branches.csv`);
    await page.getByLabel('支店の表のファイル').setInputFiles({ name: 'branches.csv', mimeType: 'text/csv', buffer });
    await form.press(page, 'ちがいを確かめる');
    await fold(page.locator('main .scroll').last().locator('tbody tr:nth-child(n+5)'));
    const marks = [page.locator('main .lead, main > p').first(), page.locator('.notice--warning'), page.locator('main .scroll'), field(page, 'effective_on'), form.button(page, 'この内容で取り込む')];
    return { page, marks };
  },
};

const holidays = {
  name: 'admin-holidays',
  title: '営業日と休日',
  async take(stage) {
    const page = await stage.at('administrator', '/holidays');
    await follow(page, '次の月');
    await fold(page.locator('.month tbody tr:nth-child(n+3)'));
    const marks = [
      page.getByText(/^休日の表は.+まであります。$/), page.locator('.month'), page.locator('nav.pager'), part(page, '水道局の休業日', 'ul'),
      page.locator('summary', { hasText: '休業日を加える' }), field(page, 'file'),
    ];
    return { page, marks };
  },
};

/** A sentence more in the mail to whom the institution refused; the approver has not decided. */
async function proposeText(stage) {
  const page = await stage.at('administrator', '/texts');
  await follow(page, '登録できなかったお知らせ');
  await form.press(page, '新しい案を作る');
  const body = page.getByLabel('本文', { exact: true });
  await body.fill((await body.inputValue()).replace('理由と、次にすることは', '窓口でも、ご相談いただけます。\n理由と、次にすることは'));
  await page.getByLabel('変更のメモ').fill('窓口のことを、電話でよく聞かれるため');
  await form.press(page, '案を保存する');
  await form.press(page, '承認者に提案する');
  return new URL(page.url()).pathname;
}

const version = {
  name: 'admin-text-version',
  title: '文面の版（承認者の画面）',
  async take(stage) {
    const page = await stage.at('approver', await proposeText(stage));
    // Of the mail its beginning is enough.
    await shorten(page.locator('.sample__mail'), 4);
    const marks = [
      page.locator('main > p').filter({ has: page.locator('.tag') }).first(), page.locator('form[action$="/decision"]'),
      [heading(page, '申込者に見えるもの'), page.locator('.sample')], [heading(page, '前の版とのちがい'), page.locator('.diff')],
    ];
    return { page, marks };
  },
};

const audit = {
  name: 'admin-audit',
  title: '操作記録',
  async take(stage) {
    const page = await stage.at('auditor', `/audit?to=${stage.before(1)}`);
    await fold(page.locator('main tbody tr:nth-child(-n+3), main tbody tr:nth-child(n+7)'));
    const marks = [
      page.locator('.filters .field'), form.button(page, 'しぼり込む'), page.locator('main table'), column(page, '対象'),
      [page.getByText('前の100件'), page.getByText('この条件でCSVを出力')],
    ];
    return { page, marks };
  },
};

export default [person, stop, institution, difference, holidays, version, audit];
