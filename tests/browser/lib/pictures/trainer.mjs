// Pictures of 操作マニュアル（研修担当用）. Class and acceptance test stand at the real console, the rest at a learner's seat.
import { fold, shorten } from '../picture.mjs';
import { go } from '../look.mjs';
import * as form from '../pages.mjs';
import * as practice from '../practice.mjs';
import { CLASS, LEARNERS, NARROW, TEST, WIDE, field, follow, heading, link, part } from './stage.mjs';

const exerciseOf = (id) => practice.EXERCISES.find((one) => one.id === id);
const CHECKING = exerciseOf('still-checking');
const REFUSAL = exerciseOf('explain-refusal');
const VISUAL = exerciseOf('visual-check');

async function begin(page, exercise) {
  await practice.toExercise(page, exercise);
  await form.press(page, 'この課題を始める');
}

/** The application that an exercise tells of, opened as its text says; a note in it, where there is one to write. */
async function openCase(page, note) {
  const receipt = /受付番号は([0-9A-Z-]+)/.exec(await practice.text(page))[1];
  await form.press(page, '職員の画面で始める');
  await page.getByLabel('さがす', { exact: true }).fill(receipt);
  await go(page, page.locator('.find').getByRole('button', { name: 'さがす' }));
  if (!note) return;
  await page.getByLabel('メモを追加する').fill(note);
  await form.press(page, 'メモを保存する');
}

/** Of two learners one has done an exercise and is in the midst of the next, and the other calls for help. */
const learn = (stage) => stage.once('learn', async () => {
  const second = await stage.seat(2);
  await begin(second, CHECKING);
  await openCase(second, '待つように答えた');
  await practice.toExercise(second, CHECKING);
  await practice.answer(second, CHECKING);
  await begin(second, REFUSAL);
  await openCase(second);
  const third = await stage.seat(3);
  await begin(third, CHECKING);
  await practice.bar(third, '課題');
  await form.press(third, '研修担当を呼ぶ');
});

/** One of the tests is passed, with a remark. */
const accept = (stage) => stage.once('accept', async () => {
  const page = await stage.seat(1, TEST);
  await begin(page, VISUAL);
  await form.press(page, '職員の画面で始める');
  await follow(page, '目視点検の記録');
  await page.getByLabel('異常なし').check();
  await page.getByLabel('見たもの').fill('申込みの画面、稼働状況、サーバーのランプ');
  await form.press(page, '点検を記録する');
  await practice.toExercise(page, VISUAL);
  await page.getByLabel('気づいたこと').fill('記録したあとの表の字が、少し小さい');
  await practice.answer(page, VISUAL);
});

/** The trainer's page of a class, or one below it. */
async function classPage(stage, { title = CLASS, below = '', width = WIDE } = {}) {
  const [page, code] = [await stage.trainer(), await stage.class(title)];
  await page.setViewportSize({ width, height: 800 });
  await page.goto(`${stage.app.console}/training/${code}${below}`);
  return page;
}

const make = {
  name: 'trainer-make',
  title: '教室を作る',
  async take(stage) {
    await stage.class();
    const page = await stage.trainer();
    await page.setViewportSize({ width: NARROW, height: 800 });
    await page.goto(`${stage.app.console}/training`);
    await page.getByLabel('教室の名前').fill('新任者の研修');
    await page.getByLabel('教室の日').fill(stage.day);
    await fold(page.locator('[id="exercises"] .checkbox:nth-child(n+4)'));
    await fold(page.locator('fieldset:has(input[name="set"]) .radio:nth-child(n+3):not(:last-child)'));
    const group = (name) => page.locator('fieldset').filter({ has: page.locator(`input[name="${name}"]`) });
    const marks = [
      field(page, 'title'), field(page, 'day'), field(page, 'size'), group('kind'), group('shared'), [group('set'), page.locator('[id="exercises"]')], field(page, 'seed'),
      form.button(page, '教室を作る'),
    ];
    return { page, second: group('shared'), marks };
  },
};

const seat = {
  name: 'trainer-seat',
  title: '研修の教室に入る',
  async take(stage) {
    const page = await stage.visitor(NARROW);
    await page.goto(`${stage.app.training}/training/`);
    await page.getByLabel('教室のコード').fill(await stage.class());
    await page.getByLabel('席の番号').fill('3');
    await page.getByLabel('お名前').fill(LEARNERS[2]);
    await page.getByLabel('職員番号').fill('9003');
    const marks = [...['code', 'number', 'name', 'staff_code'].map((id) => field(page, id)), form.button(page, '教室に入る')];
    return { page, marks };
  },
};

const home = {
  name: 'trainer-home',
  title: '課題の一覧',
  async take(stage) {
    await learn(stage);
    const page = await stage.seat(2);
    await page.setViewportSize({ width: NARROW, height: 800 });
    await practice.bar(page, '課題');
    await fold(page.locator('main tbody tr:nth-child(n+7)'));
    const card = (name) => page.locator('.card').filter({ has: heading(page, name) });
    const marks = [page.locator('.practice-bar'), page.locator('main table'), card('役をかえる'), card('時計を進める'), form.button(page, '研修担当を呼ぶ')];
    return { page, from: page.locator('body'), words: page.locator('body'), second: card('役をかえる'), marks };
  },
};

const exercise = {
  name: 'trainer-exercise',
  title: '課題の画面',
  async take(stage) {
    await learn(stage);
    const page = await stage.seat(2);
    await page.setViewportSize({ width: NARROW, height: 800 });
    await practice.toExercise(page, REFUSAL);
    const rest = ['ヒント', 'まちがえやすいところ'].map((name) => part(page, name, 'ul')).flat();
    await fold(rest.reduce((all, one) => all.or(one)));
    const marks = [
      [part(page, '状況', 'p'), part(page, 'やること', 'ol')], form.button(page, '職員の画面で始める'), link(page, 'できたか確かめる'),
      page.locator('form[action$="/answers"] ol'), form.button(page, '答える'),
    ];
    return { page, second: heading(page, 'できたこと'), marks };
  },
};

const room = {
  name: 'trainer-class',
  title: '教室の画面',
  async take(stage) {
    await learn(stage);
    const page = await classPage(stage);
    // The address of a test machine says nothing to a trainer.
    await page.locator('main .lead strong').first().evaluate((one) => { one.textContent = 'https://kenshu.example.lg.jp/training/'; });
    const marks = [page.locator('main .lead'), link(page, '進み具合を最新にする'), page.locator('[id="progress"] .scroll'), page.locator('summary', { hasText: '番号と課題' })];
    return { page, marks };
  },
};

const report = {
  name: 'trainer-report',
  title: '受入テストの報告書',
  async take(stage) {
    await accept(stage);
    const page = await classPage(stage, { title: TEST, below: '/report', width: 740 });
    const table = (name) => page.locator('main > .scroll').and(page.getByRole('region', { name, exact: true }));
    // One test of each is enough.
    await fold(page.locator('main dl').first().locator('> :nth-child(n+4)'));
    await fold(page.locator('xpath=//h3[.="テストのデータ"]/following-sibling::*[position() < 3]'));
    await fold(page.locator('xpath=//h3[.="計画"]/following-sibling::dl[1]/*[position() > 2]'));
    await fold(table('計画').locator('tbody tr:nth-child(n+2)'));
    await fold(page.locator('xpath=//main/*[preceding-sibling::div[@aria-label="期待する結果"] and following-sibling::h3[.="結果"]]'));
    await fold(table('結果').locator('tbody tr').filter({ hasText: '行っていません' }));
    await fold(page.locator('xpath=//main/*[preceding-sibling::div[@aria-label="結果"] and following-sibling::div[contains(@class, "actions")]]'));
    await shorten(page.locator('main > p.pre').filter({ hasText: /^1\. / }).first(), 3);
    const marks = [
      page.locator('main dl').first(), [heading(page, '計画'), table('計画')],
      [heading(page, '手順と期待する結果'), table('期待する結果').first()], [heading(page, '結果'), table('結果')],
      [form.button(page, '印刷する（PDFにもできます）'), link(page, 'Wordのファイルを受け取る')],
    ];
    return { page, second: heading(page, '手順と期待する結果'), marks };
  },
};

const certificate = {
  name: 'trainer-certificate',
  title: '修了証',
  async take(stage) {
    await learn(stage);
    const page = await classPage(stage, { below: '/certificates' });
    await fold(page.locator('.certificate').filter({ hasNotText: REFUSAL.title }));
    const sheet = page.locator('.certificate').filter({ hasText: REFUSAL.title });
    // A class is held and printed on one day. This one's is the next Friday, but it is printed now.
    await sheet.evaluate((one) => {
      const [day] = /令和\d+年\d+月\d+日/.exec(one.textContent);
      for (const part of one.querySelectorAll('li, p:last-child')) part.textContent = part.textContent.replaceAll(/令和\d+年\d+月\d+日/g, day);
    });
    const marks = [sheet.locator('.lead'), sheet.locator('p').filter({ hasText: 'ことを証します' }), sheet.locator('ul'), [sheet.locator('p').filter({ hasText: '研修担当' }), sheet.locator('p').last()], form.button(page, '印刷する')];
    return { page, marks };
  },
};

export default [make, seat, home, exercise, room, certificate, report];
