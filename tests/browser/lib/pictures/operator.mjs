// Pictures of 操作マニュアル（運用担当用）.
import { fold } from '../picture.mjs';
import { go } from '../look.mjs';
import * as form from '../pages.mjs';
import { NARROW, PEOPLE, facts, field, heading, part } from './stage.mjs';

const outage = {
  name: 'operator-outage',
  title: '停止予定の画面（作業中）',
  at: 'outage',
  async take(stage) {
    const page = await stage.at('operator', stage.outagePath, NARROW);
    const marks = [
      page.locator('.title-row'), facts(page, '申込者の画面の表示'), [heading(page, '作業の終わり'), page.locator('form[action$="/end"]')],
      page.locator('summary', { hasText: '終わりを延ばす' }), part(page, '経過', 'ul'),
    ];
    return { page, second: heading(page, '作業の終わり'), marks };
  },
};

const paper = {
  name: 'operator-paper',
  title: '進捗報告書（作成中）',
  async take(stage) {
    const page = await stage.at('operator', '/papers');
    await page.getByLabel('進捗報告書').check();
    // The month in which most of the desk's invented days lie.
    await page.getByLabel('対象の月').fill(stage.before(6).slice(0, 7));
    await form.press(page, '作る');
    await page.getByLabel('所見').fill('申込みは順調です。月のはじめに、金融機関の手続きの画面が1時間ほど開きにくくなりました。');
    // Of its tables the first is enough.
    await fold(page.locator('main > dl').first());
    await fold(page.locator('main table').first().locator('tbody tr:nth-child(n+3):not(:last-child)'));
    await page.locator('[id="remarks"]').evaluate((area) => { area.rows = 3; });
    await fold(page.locator('xpath=//main/*[preceding-sibling::div[contains(@class, "scroll")] and following-sibling::div[contains(@class, "actions")]]'));
    const marks = [
      page.locator('.title-row'), [page.getByText(/^集計した日時/), page.locator('main table')], field(page, 'remarks'),
      form.button(page, '保存する'), form.button(page, '保存して、確定する'), form.button(page, 'いまの内容で集計しなおす'),
    ];
    // What else is in it depends on the month.
    const data = page.locator('main > .scroll').filter({ hasNotText: '登録できない' }).locator('th');
    return { page, data, marks };
  },
};

/** Whom to call by day. */
async function addContacts(stage) {
  const page = await stage.at('operator', '/contacts');
  for (const [index, [organisation, name, phone]] of [['水道局 業務課', '口座振替の担当', '0258-00-0001'], ['保守会社', '当番の窓口', '0258-00-0002']].entries()) {
    await page.locator('summary', { hasText: '連絡先を加える' }).click();
    await page.getByRole('radio', { name: '日中（受付の時間内）' }).check();
    await page.getByLabel('順番').fill(String(index + 1));
    await page.getByLabel('組織').fill(organisation);
    await page.getByLabel('氏名・窓口').fill(name);
    await page.getByLabel('電話番号').fill(phone);
    await form.press(page, '連絡先を加える');
  }
}

const incident = {
  name: 'operator-incident',
  title: '障害の画面',
  at: 'monday',
  async take(stage) {
    await addContacts(stage);
    const page = await stage.at('operator', '/incidents/new', NARROW);
    await page.getByLabel('件名').fill('長岡信用金庫の画面に進めない');
    await page.getByText('一部の手続きができない').click();
    await page.getByLabel('金融機関への引き渡し').check();
    await page.getByText('影響する金融機関を選ぶ').click();
    await page.getByLabel('長岡信用金庫').check();
    await page.getByLabel('わかっていること').fill('8時25分から、画面に進めないと電話が続いた');
    await form.press(page, '障害を登録する');
    const marks = [
      page.locator('.title-row'), page.locator('dl.summary'), [heading(page, '経過を書く'), page.locator('form[action$="/notes"]')],
      page.locator('summary', { hasText: '状態を変える' }), page.locator('.card').filter({ has: heading(page, '次に電話する相手') }),
      [...part(page, '切替えとお知らせ', 'p'), page.locator('summary', { hasText: 'サービスを切り替える' })],
    ];
    return { page, second: heading(page, '電話連絡'), marks };
  },
};

const alarms = {
  name: 'operator-alarms',
  title: '警報',
  at: 'monday',
  async take(stage) {
    const page = await stage.at('operator', '/alarms');
    // Others come and go with the machine's load.
    const card = page.locator('.card').filter({ hasText: '期限を過ぎた問合せ' });
    await fold(page.locator('.card').filter({ hasNotText: /期限を過ぎた問合せ|結果不明の申込みが/ }));
    const said = (words) => card.locator('p').filter({ hasText: words });
    const marks = [card.locator('h2'), said(/^はじめ/), said(/^原因/), said(/^すること/), form.button(card, '確認した（対応中）')];
    return { page, data: page.locator('.card h2'), marks };
  },
};

const status = {
  name: 'operator-status',
  title: '稼働状況',
  at: 'monday',
  async take(stage) {
    const page = await stage.at('operator', '/status');
    await fold(page.locator('.notice--warning li').filter({ hasNotText: /^結果不明の申込みが|^問合せ/ }));
    await fold(page.locator('main tbody tr:nth-child(n+10)'));
    const cells = (label) => [page.locator('main thead th', { hasText: new RegExp(`^${label}$`) }), page.locator(`main tbody td[data-label="${label}"]`)];
    const marks = [page.getByText(/の数字です。5分おきに/), page.locator('.notice--warning').last(), cells('いま'), cells('直近24時間'), [cells('最小'), cells('最大')]];
    return { page, marks };
  },
};

/** Somebody looks after every alarm. */
async function acknowledge(stage) {
  const page = await stage.at('operator', '/alarms');
  const open = form.button(page, '確認した（対応中）');
  while (await open.count()) await go(page, open.first());
}

const checks = {
  name: 'operator-checks',
  title: '目視点検',
  at: 'monday',
  async take(stage) {
    await acknowledge(stage);
    const page = await stage.at('operator', '/checks');
    await page.getByLabel('異常なし').check();
    await page.getByLabel('見たもの').fill('申込みの画面、職員用の画面、サーバーのランプと音');
    await form.press(page, '点検を記録する');
    await fold(page.locator('main tbody tr').filter({ hasNotText: PEOPLE.operator }));
    const marks = [
      page.getByText(/の点検として記録します/), page.locator('[id="abnormal"], fieldset').first(), field(page, 'seen'), form.button(page, '点検を記録する'),
      page.locator('main table').last(),
    ];
    return { page, marks };
  },
};

export default [paper, outage, incident, alarms, status, checks];
