// Brings a browser to every public page in every state and hands each to `look(page, state, html)`.
import * as form from './pages.mjs';
import { sentHtml } from './network.mjs';

const FORMS = ['terms', 'bank', 'number', 'place', 'name', 'former', 'contact', 'account'];

export async function quietPages({ page, app, log }, look) {
  for (const path of [...form.QUIET_PAGES, '/nothing-here']) {
    await form.open(page, app, path);
    await look(page, 'as it is', await sentHtml(log, page));
  }
  await form.lookUpReceipt(page, app, 'ABCD-EFGH', '0000');
  await look(page, 'error', await sentHtml(log, page));
}

/** Each step empty, with its errors, and filled; then check, hand-off, result and look-up. */
export async function formPages({ page, app, log }, look) {
  const who = form.person({ name: { name_changed: 'yes' } });
  await form.start(page, app);
  for (const step of FORMS) {
    await look(page, 'empty', await sentHtml(log, page));
    await form.press(page, form.BUTTON.next);
    await look(page, 'error', await sentHtml(log, page));
    await form.fillStep(page, step, who[step]);
    await look(page, 'filled', await sentHtml(log, page));
    await form.press(page, form.BUTTON.next);
  }
  await form.atStep(page, 'check');
  await look(page, 'as it is', await sentHtml(log, page));
  const number = await form.toHandoff(page);
  await look(page, 'as it is', await sentHtml(log, page));
  await form.throughInstitution(page, app);
  await form.returnToUs(page, app);
  await form.expectResult(page, form.H1.done);
  await look(page, 'as it is', await sentHtml(log, page));
  await form.lookUpReceipt(page, app, number);
  await look(page, 'as it is, looked up', await sentHtml(log, page));
}

/** The account page of ゆうちょ銀行 has other fields. */
export async function yuchoPage({ page, app, log }, look) {
  const who = form.person({ institution: '9900' });
  await form.start(page, app);
  await form.walk(page, who, 'account');
  await look(page, 'empty', await sentHtml(log, page));
  await form.press(page, form.BUTTON.next);
  await look(page, 'error', await sentHtml(log, page));
}

/** The result pages other than success. */
export async function resultPages({ page, app, log }, look) {
  for (const [ending, pattern] of [['04', form.H1.rejected], ['22', form.H1.waiting]]) {
    await page.context().clearCookies();
    await form.enrol(page, app, form.person({ ending }), pattern);
    await look(page, `ending ${ending}`, await sentHtml(log, page));
  }
  await page.context().clearCookies();
  await form.toCheck(page, app, form.person());
  await form.toHandoff(page);
  await form.press(page, form.BUTTON.toInstitution);
  await form.leaveInstitution(page, app);
  await form.expectResult(page, form.H1.cancelled);
  await look(page, 'cancelled', await sentHtml(log, page));
}

export const NOT_FOUND = [/status of 404/];
