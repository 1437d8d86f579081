// Pictures of 操作マニュアル（申込者用）: one application on a phone, from its first page to its result.
import { fold } from '../picture.mjs';
import * as form from '../pages.mjs';
import { heading, link } from './stage.mjs';

const who = form.person({ number: { customer_number: '9012345678' } });
/** Below the bars that only the practice site has. */
const from = (page) => page.locator('.site-header');

/** The person's page at one of the steps; whoever was not there yet walks on. */
async function reach(stage, step) {
  const { page, app } = await stage.citizen('applicant');
  if (!new URL(page.url()).pathname.startsWith('/apply/')) await form.start(page, app);
  await form.walk(page, who, step);
  return page;
}

const field = (page, id) => page.locator('.field').filter({ has: page.locator(`[id="${id}"]`) });
const start = {
  name: 'applicant-start',
  title: '申込みの最初のページ',
  async take(stage) {
    const { page, app } = await stage.citizen('applicant');
    await form.open(page, app);
    const main = page.locator('main');
    const marks = [form.button(page, form.BUTTON.start), link(main, '申込みの状況を確認する'), link(main, 'やさしい日本語'), link(main, '停止の予定を見る')];
    return { page, from: from(page), second: heading(page, '用意するもの'), marks };
  },
};

const number = {
  name: 'applicant-number',
  title: '手順3　お申込みの種類と、お問い合わせ番号',
  async take(stage) {
    const page = await reach(stage, 'number');
    await form.fillStep(page, 'number', who.number);
    const kinds = page.locator('fieldset').filter({ has: page.locator('[id="application_kind-new"]') });
    const marks = [page.getByText(/^手順 3／8/), kinds, field(page, 'customer_number'), page.locator('main .figure, main figure, main img').first(), form.button(page, form.BUTTON.next)];
    return { page, from: from(page), second: field(page, 'customer_number'), marks };
  },
};

const error = {
  name: 'applicant-error',
  title: '手順6　連絡先（直すところがあるとき）',
  async take(stage) {
    const page = await reach(stage, 'contact');
    await form.fill(page, { relation: 'self', notice: 'site' });
    await form.press(page, form.BUTTON.next);
    return { page, from: from(page), marks: [form.summary(page), page.locator('main .error-message').first()] };
  },
};

const account = {
  name: 'applicant-account',
  title: '手順7　引き落とし口座',
  async take(stage) {
    const page = await reach(stage, 'account');
    // A name that few branches have, so that all of them are seen.
    await form.chooseBranch(page, '087', '長岡新');
    const { branch, ...rest } = who.account;
    await form.fill(page, rest);
    const found = page.locator('.radio').filter({ has: page.locator('input[name="branch"]') });
    const holder = page.locator('fieldset').filter({ has: page.locator('[id="holder-same"]') });
    const marks = [field(page, 'branch_query'), form.button(page, form.BUTTON.search), found, field(page, 'account_number'), holder];
    return { page, from: from(page), second: page.locator('fieldset').filter({ has: page.locator('[id="deposit_type-1"]') }), marks };
  },
};

const handoff = {
  name: 'applicant-handoff',
  title: '金融機関の画面へ進む前',
  async take(stage) {
    const page = await reach(stage, 'check');
    await form.toHandoff(page);
    const marks = [
      page.locator('.receipt-number'), form.button(page, '受付番号をコピーする'), form.button(page, form.BUTTON.toInstitution),
      page.locator('.notice--info svg, .notice--info img'), form.button(page, '控えを印刷する'),
    ];
    return { page, from: from(page), second: form.button(page, form.BUTTON.toInstitution), marks };
  },
};

const result = {
  name: 'applicant-result',
  title: '結果の画面（登録完了）',
  async take(stage) {
    const { page, app } = await stage.citizen('applicant');
    if (form.stepOf(page) !== 'handoff') await form.toHandoff(await reach(stage, 'check'));
    await form.throughInstitution(page, app);
    await form.returnToUs(page, app);
    await form.expectResult(page, form.H1.done);
    await fold(page.locator('.summary__row').filter({ hasText: /金融機関|口座番号/ }));
    const marks = [
      page.locator('h1'), page.locator('.receipt-number'),
      [heading(page, 'このあとの流れ'), page.locator('.steps')],
      form.link(page, '控えを保存・印刷する'),
      [heading(page, 'これまでの状況'), page.locator('.timeline')],
    ];
    return { page, from: from(page), second: heading(page, 'このあとの流れ'), marks };
  },
};

export default [start, number, error, account, handoff, result];
