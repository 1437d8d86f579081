// What comes out of the printer: the receipt is one A4 page with the number on it and without buttons.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import * as form from './lib/pages.mjs';
import { visit } from './lib/session.mjs';

after(closeAll);

const read = (program, flags, pdf) => execFileSync(program, [...flags, '-'].concat(program === 'pdftotext' ? ['-'] : []), { input: pdf, encoding: 'utf8' });

function assertOnePage(pdf, what) {
  const facts = read('pdfinfo', [], pdf);
  assert.match(facts, /^Pages:\s+1$/m, `${what}: ${/^Pages:.*$/m.exec(facts)?.[0]}`);
  const [, width, height] = /^Page size:\s+([\d.]+) x ([\d.]+)/m.exec(facts);
  assert.ok(Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2, `${what} is A4: ${width} x ${height}`);
  return read('pdftotext', ['-layout'], pdf);
}

const print = (page) => page.pdf({ preferCSSPageSize: true, format: 'A4', printBackground: false });

for (const version of ['current', '109']) {
  test(`the receipt is one A4 page: ${version}`, (t) => visit(t, { version }, async ({ page, app }) => {
    await form.toCheck(page, app, form.person());
    const number = await form.toHandoff(page);
    const bare = (text) => text.replace(/[\s-]/g, '');
    const handedOver = assertOnePage(await print(page), 'the hand-off');
    assert.ok(bare(handedOver).includes(bare(number)));
    await form.throughInstitution(page, app);
    await form.returnToUs(page, app);
    await form.expectResult(page, form.H1.done);
    assertOnePage(await print(page), 'the result');
    await page.goto(`${app.public}/result/print`);
    const receipt = assertOnePage(await print(page), 'the receipt');
    assert.ok(bare(receipt).includes(bare(number)), 'the number is on it');
    assert.doesNotMatch(receipt, /1234567/, 'the account is masked on paper too');
    for (const screenOnly of ['本文へ移動', '前の画面にもどる']) assert.ok(!receipt.includes(screenOnly), `「${screenOnly}」 is not printed`);
  }));
}
