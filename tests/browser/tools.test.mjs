// The checks themselves: each must find what is seeded here, and pass what is sound. Needs no mizumado.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { browser, closeAll } from './lib/browsers.mjs';
import { runAxe } from './lib/axe.mjs';
import { refused } from './lib/css109.mjs';
import { clipping, covered, narrow, overflow, targets } from './lib/geometry.mjs';
import { inputMethod } from './lib/ime.mjs';
import { assertSound } from './lib/markup.mjs';

after(closeAll);

async function withPage(version, body, scene, { js = true } = {}) {
  const context = await (await browser(version)).newContext({ viewport: { width: 320, height: 256 }, javaScriptEnabled: js });
  try {
    const page = await context.newPage();
    await page.setContent(`<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>検査</title></head><body>${body}</body></html>`);
    return await scene(page);
  } finally {
    await context.close();
  }
}

const SOUND = `<style>body{margin:8px;font:18px/1.7 sans-serif;overflow-wrap:anywhere}
  input,button{min-height:44px;min-width:44px;font:inherit;max-width:100%;box-sizing:border-box}
  .vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}</style>
  <main><h1>お問い合わせ番号</h1><form><p><label for="n">お問い合わせ番号</label><br><input id="n" name="n" type="text"></p>
  <p>数字の<a href="#n">例</a>を見る<span class="vh">隠れた説明の長い文です</span></p><button>つぎへ進む</button></form></main>`;

for (const version of ['109', 'current']) {
  describe(`geometry in ${version}`, () => {
    test('a sound page passes, without JavaScript too', () => withPage(version, SOUND, async (page) => {
      for (const check of [overflow, covered, clipping, targets, narrow]) assert.deepEqual(await check(page), [], check.name);
    }, { js: false }));

    const seeded = [
      [overflow, '<div style="width:500px">広い</div>', /508/],
      [covered, '<div style="position:sticky;top:0;height:120px;background:#fff">棒</div><div style="height:900px"></div><div style="position:fixed;bottom:0;left:0;right:0;height:200px">下</div><button id="b">押す</button>', /b.* is under/],
      [clipping, '<p style="height:30px;overflow:hidden;font-size:18px;line-height:1.2;width:260px">振替の口座を変更するときは</p>', /clips/],
      [targets, '<button style="width:30px;height:30px;padding:0">x</button>', /30 × 30/],
      [targets, '<p><a href="#" style="line-height:1;font-size:12px">小さい</a></p>', /24/],
      [narrow, '<table><tr><th style="width:18px;display:block">金融機関の名前</th></tr></table>', /breaks|wide/],
    ];
    for (const [check, markup, finding] of seeded) {
      test(`${check.name} finds ${markup.slice(0, 40)}`, () => withPage(version, markup, async (page) => {
        assert.match((await check(page)).join('\n'), finding);
      }));
    }
  });

  describe(`axe in ${version}`, () => {
    test('finds a field without a label and pale text', () => withPage(version, '<main><h1>題</h1><input><p style="color:#aaa">薄い</p></main>', async (page) => {
      const rules = (await runAxe(page)).violations.map(({ rule }) => rule);
      assert.ok(rules.includes('label') && rules.includes('color-contrast'), rules.join());
    }));
    test('passes a sound page', () => withPage(version, SOUND, async (page) => {
      assert.deepEqual((await runAxe(page)).violations, []);
    }));
  });
}

// ux.md 4.4: what breaks in Chromium 109.
const BREAKS = [
  'a{color:red;& b{color:blue}}', '@scope (.a){b{color:red}}', '@starting-style{a{opacity:0}}', 'a{color:color-mix(in srgb,red,blue)}',
  'a{color:oklch(0.5 0.2 30)}', ':root{--c:light-dark(red,blue)} a{color:var(--c)}', 'a{grid-template-columns:subgrid}', 'a{text-wrap:balance}',
  'a{word-break:auto-phrase}', 'a{field-sizing:content}', 'a{anchor-name:--x}', 'a{view-transition-name:x}', 'a{animation-timeline:scroll()}',
  'a{interpolate-size:allow-keywords}', 'a{transition-behavior:allow-discrete}', 'a{mask-image:none}', 'a{print-color-adjust:exact}', 'a{width:round(1.5px,1px)}',
  'a:user-invalid{color:red}', ':is(a,b:user-invalid){color:red}', 'li:nth-child(1 of .x){color:red}', 'a:popover-open{color:red}', 'a::details-content{color:red}',
  'a{ruby-align:center}', 'a{initial-letter:2}', 'a{line-clamp:2}',
];
const FINE = `@layer base, page; @layer base { a:focus-visible{outline:4px solid #000} }
  .g{display:grid;gap:1rem;aspect-ratio:1;inset:0;accent-color:red;min-height:100dvh;overflow-wrap:anywhere;line-break:strict}
  a:has(b), :is(h1,h2):where(.x){color:var(--ink)} :root{--ink:#1a1a1c} dialog::backdrop{background:#0008}
  @media (width >= 40em) and (prefers-reduced-motion: reduce) {a{scale:1.1}} @container (min-width: 1px){a{color:red}}
  @supports (text-wrap: balance) {h1{text-wrap:balance}} h1{word-break:keep-all;word-break:auto-phrase} p{text-autospace:normal}
  @page{size:A4;margin:20mm;@bottom-center{content:"x"}} @font-face{font-family:x;src:local("x")} @keyframes k{from{opacity:0}to{opacity:1}}
  @property --n{syntax:"<number>";inherits:false;initial-value:0}`;

describe('css109', () => {
  for (const css of BREAKS) {
    test(`refuses ${css}`, () => withPage('109', '', async (page) => assert.notDeepEqual(await refused(page, css), [])));
  }
  test('accepts what is fine, guarded or has a fallback', () => withPage('109', '', async (page) => {
    assert.deepEqual(await refused(page, FINE), []);
  }));
});

describe('markup', () => {
  test('finds a wrong nesting and passes sound HTML', async () => {
    const sound = '<!DOCTYPE html><html lang="ja"><head><title>題の文</title></head><body><main><h1>題</h1><p>文</p></main></body></html>';
    await assertSound(sound, 'sound');
    await assert.rejects(assertSound(sound.replace('<p>文</p>', '<p><div>文</div></p>'), 'wrong'));
  });
});

describe('ime', () => {
  for (const version of ['109', 'current']) {
    test(`composes, converts and commits in ${version}`, () => withPage(version, '<form><input id="i"></form>', async (page) => {
      await page.evaluate(() => {
        globalThis.seen = [];
        for (const kind of ['compositionupdate', 'compositionend', 'submit']) document.addEventListener(kind, (e) => globalThis.seen.push(kind === 'submit' ? kind : `${kind}:${e.data}`));
      });
      await page.focus('#i');
      const hand = await inputMethod(page);
      await hand.word('やまだ', '山田');
      assert.equal(await page.inputValue('#i'), '山田');
      const seen = await page.evaluate(() => globalThis.seen);
      assert.ok(seen.includes('compositionupdate:やまだ') && seen.includes('compositionend:山田'), seen.join());
      assert.ok(!seen.includes('submit'));
    }));
  }
});
