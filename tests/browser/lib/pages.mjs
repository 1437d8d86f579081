// The public form as the tests know it: every label, button, field name and flow stands here and nowhere else.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { until } from './until.mjs';

export const BUTTON = {
  askNow: '手続きが終わったので、結果を確認する',
  start: '申込みを始める',
  next: 'つぎへ進む',
  lookup: '郵便番号から住所を入れる',
  search: '支店をさがす',
  toHandoff: 'この内容で金融機関の画面へ進む',
  toInstitution: '金融機関の画面へ進む',
  returnToUs: '収納機関へ戻る',
  leave: '手続きをやめて、収納機関へ戻る',
};
export const LINK = { back: '前の画面にもどる', state: 'いまの状態を表示する', changeAccount: '口座の情報を直してもう一度' };
export const H1 = {
  done: /口座振替の申込みが完了しました/,
  rejected: /^登録できませんでした/,
  cancelled: /金融機関の手続きを途中でやめました/,
  waiting: /金融機関の結果を確認しています/,
  otherTab: /別の画面で入力が進んでいます/,
};
export const SUMMARY_HEADING = /^入力内容を確認してください（\d+件）$/;

/** The steps in their order; `former` comes only when the name has changed. */
export const STEPS = ['terms', 'bank', 'number', 'place', 'name', 'contact', 'account', 'check', 'handoff'];
export const QUIET_PAGES = ['/', '/receipt', '/availability', '/schedule', '/faq', '/easy', '/terms', '/privacy', '/accessibility', '/paper', '/inquiry', '/inquiry/status'];

const PERSON = {
  terms: { agree: true },
  bank: { institution: '0140' },
  number: { application_kind: 'new' },
  place: { postal_code: '940-0062', town: '長岡市大手通', block: '1-4-10', building: '水窓ハイツ203', start_year: '令和8', start_month: '4', start_day: '1' },
  name: { family_name: '山田', given_name: '太郎', family_kana: 'ヤマダ', given_kana: 'タロウ', name_changed: 'no' },
  former: { old_name: '田中 太郎', old_kana: 'タナカ タロウ' },
  contact: { phone_mobile: '090-0000-5678', relation: 'self', notice: 'site' },
  account: { branch: '020', deposit_type: '1', account_number: '1234567', holder: 'same' },
};
const YUCHO = { yucho_symbol: '14030', yucho_number: '12345671', holder: 'same' };
export const PHONE_LAST4 = '5678';

/**
 * The person of the tests; `ending` are the last two digits of the account, which choose the scenario.
 * Each has a customer number of their own: while one application is open, a second for the same number is refused.
 */
export function person({ institution = '0140', ending = '67', ...steps } = {}) {
  const made = structuredClone(PERSON);
  made.number.customer_number = String(randomInt(1e9, 1e10));
  made.bank.institution = institution;
  if (institution === '9900') made.account = { ...YUCHO, yucho_number: `12345${ending}1` };
  else made.account.account_number = `12345${ending}`;
  for (const [step, values] of Object.entries(steps)) made[step] = { ...made[step], ...values };
  return made;
}

export const heading = (page) => page.locator('h1').innerText();
export const stepOf = (page) => new URL(page.url()).pathname.split('/').pop();
export const button = (page, text) => page.getByRole('button', { name: text, exact: true });
export const link = (page, text) => page.getByRole('link', { name: text, exact: true });
export const summary = (page) => page.locator('#errors');

/** Where a value is set: a radio has the id name-value, everything else the name as its id. */
export const control = (page, name, value) => {
  const radio = page.locator(`input[type=radio][name="${name}"]`);
  return { radio, one: page.locator(`[id="${name}-${value}"]`), plain: page.locator(`[id="${name}"]`) };
};

/** Fills fields by name; a value of `true` ticks a checkbox. Typing replaces. */
export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const { radio, one, plain } = control(page, name, value);
    if (await radio.count()) await one.check();
    else if (value === true) await plain.check();
    else await plain.fill(value);
  }
}

/** What stands in the fields named, in the form `fill` takes. */
export async function typed(page, names) {
  const found = {};
  for (const name of names) {
    const { radio, plain } = control(page, name);
    if (await radio.count()) found[name] = await page.locator(`input[name="${name}"]:checked`).getAttribute('value').catch(() => undefined);
    else if ((await plain.getAttribute('type')) === 'checkbox') found[name] = await plain.isChecked();
    else found[name] = await plain.inputValue();
  }
  return found;
}

/** Presses the button and waits for the page that the 303 leads to. */
export async function press(page, text) {
  await Promise.all([page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame()), button(page, text).click()]);
  await page.waitForLoadState('load');
}

export async function open(page, app, path = '/') {
  const answer = await page.goto(app.public + path);
  return answer;
}

export async function start(page, app) {
  await open(page, app);
  await press(page, BUTTON.start);
  await atStep(page, 'terms');
}

/** The page is that of `step`, without errors. A second click may still load it again, so the address is asked for, not an event. */
export async function atStep(page, step) {
  await until(() => new URL(page.url()).pathname === `/apply/${step}`, undefined, async () => {
    const said = await summary(page).innerText({ timeout: 200 }).catch(() => '');
    return `expected /apply/${step}, is ${page.url()} 「${await heading(page).catch(() => '')}」 ${said}`;
  });
  await page.waitForLoadState('load');
  if (await summary(page).count()) assert.fail(`unexpected errors at ${step}: ${await summary(page).innerText()}`);
}

/** Searches the branch and waits for its radio; by button, so that it works without JavaScript too. */
export async function chooseBranch(page, code, query = '長岡') {
  await page.locator('#branch_query').fill(query);
  await button(page, BUTTON.search).click();
  const radio = page.locator(`[id="branch-${code}"]`);
  await radio.waitFor({ state: 'attached' });
  await radio.check();
}

/** Looks the address up by the postal code and waits for the town. */
export async function lookUpPlace(page, postalCode) {
  await page.locator('#postal_code').fill(postalCode);
  await button(page, BUTTON.lookup).click();
  await until(async () => (await page.locator('#town').inputValue().catch(() => '')) !== '', 10_000, 'the town was not filled in');
  return page.locator('#town').inputValue();
}

/** Fills one step without leaving it. */
export async function fillStep(page, step, values) {
  const { branch, ...rest } = values;
  if (branch) await chooseBranch(page, branch);
  await fill(page, rest);
}

const following = (who, step) => {
  if (step === 'name' && who.name.name_changed === 'yes') return 'former';
  if (step === 'former') return 'contact';
  return STEPS[STEPS.indexOf(step) + 1];
};

/** Fills `step` and goes on. Answers the name of the next step. */
export async function pass(page, who, step) {
  await fillStep(page, step, who[step]);
  await press(page, BUTTON.next);
  const next = following(who, step);
  await atStep(page, next);
  return next;
}

/** From the present step to `last`, filling everything between. `eachStep(step)` is called on every page on the way. */
export async function walk(page, who, last, eachStep = async () => {}) {
  let step = stepOf(page);
  while (step !== last) {
    await eachStep(step);
    step = await pass(page, who, step);
  }
}

/** From the start to the check page. */
export async function toCheck(page, app, who) {
  await start(page, app);
  await walk(page, who, 'check');
}

/** From the check page to the hand-off. Answers the receipt number. */
export async function toHandoff(page) {
  await press(page, BUTTON.toHandoff);
  await atStep(page, 'handoff');
  return receiptNumber(page);
}

export async function receiptNumber(page) {
  const number = (await page.locator('.receipt-number').first().innerText()).trim();
  assert.match(number, /^[0-9A-Z][0-9A-Z -]{5,}$/, 'a receipt number is shown');
  return number;
}

/** What a person types on an institution's page: practice answers, by field name. */
const ANSWERS = {
  pin: '1234', otp: '123456', phone_last4: PHONE_LAST4,
  birth_year: '1960', birth_month: '4', birth_day: '1',
  branch: '020', account_number: '1234567', symbol: '14030', number: '12345671', holder_kana: 'ヤマダ タロウ',
};

async function answerOnePage(page) {
  for (const input of await page.locator('form.ask input:visible').all()) {
    const name = await input.getAttribute('name');
    if ((await input.getAttribute('type')) === 'radio') await page.locator(`input[name="${name}"]`).first().check();
    else await input.fill(ANSWERS[name] ?? '1');
  }
  await Promise.all([page.waitForEvent('framenavigated'), page.locator('form.ask button').click()]);
  await page.waitForLoadState('load');
}

/** At the institution: page after page, up to the last one there. */
export async function answerEveryPage(page) {
  for (let pages = 0; pages < 8 && (await page.locator('form.ask').count()); pages += 1) await answerOnePage(page);
  assert.equal(await page.locator('form.ask').count(), 0, 'the institution has no more questions');
}

/** From the hand-off through the institution's pages up to the last one there. */
export async function throughInstitution(page, app) {
  await press(page, BUTTON.toInstitution);
  assert.equal(new URL(page.url()).origin, app.gateway, 'the browser is at the institution');
  await answerEveryPage(page);
}

/** Presses 「収納機関へ戻る」 and waits until our page is there. */
export async function returnToUs(page, app) {
  await press(page, BUTTON.returnToUs);
  await page.waitForURL((url) => url.origin === app.public);
}

/** Gives up at the institution and comes back, with or without a last page between. */
export async function leaveInstitution(page, app) {
  await press(page, BUTTON.leave);
  if (new URL(page.url()).origin === app.gateway) await press(page, BUTTON.returnToUs);
  await page.waitForURL((url) => url.origin === app.public);
}

/** Waits until the result page has this heading. Without scripts the person presses the link, so we do. */
export async function expectResult(page, pattern, limit = 20_000) {
  let last = '';
  await until(async () => {
    last = await heading(page).catch(() => '');
    if (pattern.test(last)) return true;
    const final = [H1.done, H1.rejected, H1.cancelled].some((one) => one.test(last) && !pattern.test(last));
    if (final) assert.fail(`expected ${pattern}, is 「${last}」`);
    if (H1.waiting.test(last)) await link(page, LINK.state).click({ timeout: 2_000 }).catch(() => {});
    return false;
  }, limit, () => `expected ${pattern}, is 「${last}」 at ${page.url()}`);
}

/** The whole way with the answer `pattern` at its end. Answers the receipt number. */
export async function enrol(page, app, who, pattern = H1.done) {
  await toCheck(page, app, who);
  const number = await toHandoff(page);
  await throughInstitution(page, app);
  await returnToUs(page, app);
  await expectResult(page, pattern);
  return number;
}

/** Looks a receipt number up. */
export async function lookUpReceipt(page, app, number, last4 = PHONE_LAST4) {
  await open(page, app, '/receipt');
  await fill(page, { receipt_number: number, phone_last4: last4 });
  await Promise.all([page.waitForEvent('framenavigated'), page.locator('main form button').first().click()]);
  await page.waitForLoadState('load');
}
