// axe, geometry and markup of the pages that people see seldom: closed, stopped, deferred, limited, timed out, another tab, not for the web.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { age, operator, ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import { collector } from './lib/accessibility.mjs';
import { sentHtml } from './lib/network.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

const BY = ['--by', '9001', '--reason', '試験'];
let stop;
before(async () => { stop = await ownDemo('rare-pages', { MIZUMADO_LIMITS__APPLICATION_HANDOFFS: '1' }); });
after(async () => {
  await closeAll();
  await stop();
});

/** A scene that ends with every page of `see` looked at: `see(state, heading)`. */
function looked(name, scene, options = {}) {
  test(name, (t) => visit(t, { version: 'current', allow: [/404|429|503/], ...options }, async (stage) => {
    const { look, settle } = collector('current');
    const see = async (state, heading) => {
      assert.match(await form.heading(stage.page), heading);
      await look(stage.page, state, await sentHtml(stage.log, stage.page));
    };
    await scene(stage, see);
    settle();
  }));
}

looked('not for the web: a company, another institution', async ({ page, app }, see) => {
  await form.start(page, app);
  await form.walk(page, form.person(), 'contact');
  await form.fill(page, { ...form.person().contact, relation: 'corporate' });
  await form.press(page, form.BUTTON.next);
  await see('as it is', /紙の申込書で\s*受け付けます/);
  await form.open(page, app, '/apply/bank?other');
  await see('another institution', /紙の申込書で\s*申し込めます/);
  await form.open(page, app, '/nothing-here');
  await see('as it is', /ページが見つかりません/);
});

looked('not for the web: a deposit that is not served', async ({ page, app }, see) => {
  await form.start(page, app);
  await form.walk(page, form.person(), 'account');
  await form.fillStep(page, 'account', { ...form.person().account, deposit_type: '2' });
  await form.press(page, form.BUTTON.next);
  await see('as it is', /紙の申込書で\s*受け付けます/);
});

looked('another tab, an address elsewhere', async ({ page, context, app }, see) => {
  const who = form.person();
  await form.start(page, app);
  await form.walk(page, who, 'place');
  const second = await context.newPage();
  await form.open(second, app, '/apply/place');
  await form.pass(second, who, 'place');
  await second.close();
  await form.fill(page, { ...who.place, town: '三条市旭町' });
  await form.press(page, form.BUTTON.next);
  await see('another tab', form.H1.otherTab);
  await form.open(page, app, '/apply/place');
  await form.fill(page, { ...who.place, town: '三条市旭町' });
  await form.press(page, form.BUTTON.next);
  await see('elsewhere', /の外の住所です/);
});

looked('timed out, before and after a phone number is known', async ({ page, app }, see) => {
  await form.start(page, app);
  await form.walk(page, form.person(), 'number');
  age('visits', 'seen_at', 61);
  await form.open(page, app, '/apply/number');
  await see('nobody known', /操作がなかったため/);
  await form.press(page, '続きから再開する');
  await form.walk(page, form.person(), 'account');
  age('visits', 'seen_at', 61);
  await form.open(page, app, '/apply/account');
  await see('as it is', /操作がなかったため/);
  await form.fill(page, { phone_last4: '0000' });
  await form.press(page, '続きから再開する');
  await see('error', /操作がなかったため/);
});

looked('limited', async ({ page, app }, see) => {
  await form.enrol(page, app, form.person({ ending: '04' }), form.H1.rejected);
  await page.getByRole('button', { name: form.LINK.changeAccount }).or(form.link(page, form.LINK.changeAccount)).first().click();
  await form.fillStep(page, 'account', form.person().account);
  await form.press(page, form.BUTTON.next);
  await form.press(page, form.BUTTON.toHandoff);
  await see('as it is', /手続きへ進めません/);
});

looked('an institution that is closed', async ({ page, app }, see) => {
  await form.start(page, app);
  await form.walk(page, form.person(), 'bank');
  operator('stops', 'add', '--institution', '0140', ...BY, '毎日 0:00-24:00');
  await form.fill(page, { institution: '0140' });
  await form.press(page, form.BUTTON.next);
  await see('closed', /いま手続きできません/);
});

looked('deferred, stopped', async ({ page, app }, see) => {
  const who = form.person({ institution: '9900' });
  operator('service', 'degrade', ...BY);
  try {
    await form.toCheck(page, app, who);
    await form.press(page, form.BUTTON.toHandoff);
    await see('deferred', /./);
    await page.context().clearCookies();
    operator('service', 'stop', ...BY);
    await form.open(page, app, '/');
    await see('stopped, the start', /./);
    await form.press(page, form.BUTTON.start).catch(() => {});
    await see('stopped', /./);
  } finally {
    operator('service', 'open', ...BY);
  }
});
