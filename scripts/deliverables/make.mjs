// Makes the deliverables (N14): `node make.mjs [OUT] [--config FILE] [--campaign CODE]`. PDF by Debian's Chromium, Word and PowerPoint by
// pandoc, from what `mizumado manuals` writes; then a list of all with version, date and checksum.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from '../../tests/browser/lib/browsers.mjs';
import { withoutOurs } from '../../tests/browser/lib/demo.mjs';
import { pageTexts, placesOfHeadings } from './pdf.mjs';

const root = resolve(import.meta.dirname, '..', '..');
const PROMOTION = ['poster', 'leaflet', 'insert', 'card'];
const TITLES = { poster: '広報物_ポスター', leaflet: '広報物_ちらし', insert: '広報物_納入通知書の同封物', card: '広報物_窓口カード' };
/** A page with fewer lines wastes the paper: what follows goes on there. */
const FEWEST_LINES = 5;
const ROUNDS = 8;

const padded = (number) => String(number).padStart(2, '0');
/** 「03_操作マニュアル（職員用）」 */
export const fileName = ({ number, title }) => `${padded(number)}_${title}`;

async function pdf(page, file) {
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
}

/** Writes the page of each heading into the contents. */
async function fillContents(page, places) {
  await page.evaluate((pages) => {
    for (const link of document.querySelectorAll('.contents a')) {
      link.dataset.page = pages[link.getAttribute('href').slice(1)] ?? '';
    }
  }, places);
}

/**
 * A chapter after a page with too few lines is set on behind it; says whether any was. The last page has no chapter after it:
 * its own is set on, and closer.
 */
async function closeUp(page, file, places) {
  const pages = pageTexts(file);
  const last = pages.length;
  const short = pages.flatMap(({ lines }, at) => (at > 0 && lines < FEWEST_LINES ? [at + 1] : []));
  return page.evaluate(({ short, places, last }) => {
    let changed = false;
    const chapters = [...document.querySelectorAll('.chapter')];
    for (const [at, chapter] of chapters.entries()) {
      if (at === 0 || chapter.classList.contains('run-on')) continue;
      if (!short.includes(Number(places[chapter.querySelector('h2').id]) - 1)) continue;
      chapter.classList.add('run-on');
      changed = true;
    }
    const contents = document.querySelector('.contents-page');
    const first = Number(places[chapters[0].querySelector('h2').id]);
    const denser = ['tight', 'tighter'].find((step) => !contents.classList.contains(step));
    if (denser && first > 3 && short.includes(first - 1)) {
      contents.classList.add(denser);
      changed = true;
    }
    const closer = ['run-on', 'tight', 'tighter'].find((step) => !chapters.at(-1).classList.contains(step));
    if (!changed && closer && short.includes(last)) {
      chapters.at(-1).classList.add(closer);
      changed = true;
    }
    return changed;
  }, { short, places, last });
}

async function paper(page, folder, entry, out, pages) {
  const file = join(out, `${fileName(entry)}.pdf`);
  await page.goto(pathToFileURL(join(folder, `${entry.name}.html`)).href);
  await page.evaluate(() => document.fonts.ready);
  for (let round = 0; round < ROUNDS; round += 1) {
    await pdf(page, file);
    const places = placesOfHeadings(file);
    const moved = await closeUp(page, file, places);
    await fillContents(page, places);
    if (!moved) break;
  }
  await pdf(page, file);
  // As it was printed, with the pages in its contents: what the checks compare with.
  if (pages) writeFileSync(join(pages, `${entry.name}.html`), await page.content());
  return file;
}

function word(folder, entry, out) {
  const file = join(out, `${fileName(entry)}.docx`);
  execFileSync('pandoc', [
    '--from=html', '--to=docx', '--toc', '--toc-depth=2', `--resource-path=${folder}`, `--lua-filter=${join(import.meta.dirname, 'word.lua')}`,
    `--reference-doc=${join(folder, 'reference.docx')}`, `--output=${file}`, join(folder, `${entry.name}.html`),
  ], { stdio: ['ignore', 'inherit', 'inherit'] });
  return file;
}

function powerPoint(folder, entry, out) {
  const file = join(out, `${fileName(entry)}.pptx`);
  execFileSync('pandoc', ['--from=markdown', '--to=pptx', '--slide-level=2', `--resource-path=${folder}`, `--output=${file}`, join(folder, `${entry.name}.md`)], { cwd: folder });
  return file;
}

async function slides(page, folder, entry, out) {
  const file = join(out, `${fileName(entry)}.pdf`);
  await page.goto(pathToFileURL(join(folder, `${entry.name}.html`)).href);
  await pdf(page, file);
  return file;
}

function listed(entry, file) {
  const bytes = readFileSync(file);
  return { 番号: entry.number ?? '', 名前: entry.title, 版: entry.version ?? '', 日: entry.date ?? '', ファイル: basename(file), バイト: bytes.length, 'SHA-256': createHash('sha256').update(bytes).digest('hex') };
}

function writeList(out, rows) {
  const heads = Object.keys(rows[0]);
  const lines = [heads, ...rows.map((row) => heads.map((head) => row[head]))];
  const quoted = (cell) => `"${String(cell).replaceAll('"', '""')}"`;
  // A byte-order mark, so that a spreadsheet knows the Japanese.
  writeFileSync(join(out, '納品物の一覧.csv'), `\uFEFF${lines.map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`);
}

/** Writes everything into `out`; answers the list of files. `pages`: a folder for the pages as they were printed. */
export async function makeDeliverables({ out, program, config, campaign = '', pages }) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'mizumado-papers-'));
  const browser = await launch('current');
  try {
    const flags = ['manuals', '--config', config, '--out', folder, ...(campaign ? ['--campaign', campaign] : [])];
    execFileSync(program, flags, { env: withoutOurs(process.env), stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('python3', [join(import.meta.dirname, 'reference.py'), join(folder, 'reference.docx')]);
    const entries = JSON.parse(readFileSync(join(folder, 'list.json'), 'utf8'));
    const page = await browser.newPage();
    const rows = [];
    for (const entry of entries) {
      const isDeck = entry.kind === 'スライド';
      const files = isDeck
        ? [await slides(page, folder, entry, out), powerPoint(folder, entry, out)]
        : [await paper(page, folder, entry, out, pages), word(folder, entry, out)];
      rows.push(...files.map((file) => listed(entry, file)));
    }
    for (const kind of PROMOTION) {
      const file = join(out, `${TITLES[kind]}.pdf`);
      await page.goto(pathToFileURL(join(folder, `promotion-${kind}.html`)).href);
      await pdf(page, file);
      rows.push(listed({ title: TITLES[kind] }, file));
    }
    writeList(out, rows);
    return { entries, rows };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [out = join(root, 'deliverables'), ...rest] = process.argv.slice(2);
  const flag = (name, otherwise) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : otherwise);
  const { rows } = await makeDeliverables({
    out: resolve(out),
    program: resolve(process.env.MIZUMADO_BIN ?? join(root, 'target', 'debug', 'mizumado')),
    config: resolve(flag('--config', join(root, 'config', 'mizumado.example.toml'))),
    campaign: flag('--campaign', ''),
  });
  console.log(`${rows.length} files in ${resolve(out)}`);
}
