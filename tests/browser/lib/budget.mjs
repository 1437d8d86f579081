// Weight and speed of a page as it goes over the wire, against ux.md 4.3.
import { brotliCompressSync, constants } from 'node:zlib';

const KB = 1024;
const STEP = { html: 6 * KB, css: 5 * KB, js: 2 * KB, pictures: 4 * KB, requests: 4 };
export const BUDGETS = {
  step: STEP,
  htmx: { ...STEP, js: 19 * KB, requests: 6 },
  // The whole text of the terms stands in the page (ux.md P1), and law is long.
  terms: { ...STEP, html: 8 * KB },
  // The picture of the 検針票 is the one thing this page is asked about.
  number: { ...STEP, requests: 5 },
  start: { ...STEP, html: 10 * KB, js: 0, pictures: 25 * KB, requests: 5 },
};
export const LIMITS = { cssRaw: 14 * KB, elements: 400, shift: 0 };

const KINDS = { document: 'html', stylesheet: 'css', script: 'js', image: 'pictures', font: 'fonts' };
const brotli = (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;

/** Loads `url` cold and answers bytes per kind (sent, brotli by ourselves, raw), requests, elements and shifts. */
export async function weigh(page, url) {
  const responses = [];
  const note = (response) => responses.push(response);
  page.on('response', note);
  await page.goto(url, { waitUntil: 'load' });
  page.off('response', note);
  const weight = { html: 0, css: 0, js: 0, pictures: 0, fonts: 0, other: 0, cssRaw: 0, requests: 0, uncompressed: [] };
  for (const response of responses) {
    if (response.status() >= 300 && response.status() < 400) continue;
    weight.requests += 1;
    const kind = KINDS[response.request().resourceType()] ?? 'other';
    const body = await response.body();
    const { responseBodySize } = await response.request().sizes();
    weight[kind] += responseBodySize;
    if (kind === 'css') weight.cssRaw += body.length;
    const packed = ['html', 'css', 'js'].includes(kind) && body.length > KB && responseBodySize > 1.4 * brotli(body);
    if (packed) weight.uncompressed.push(`${new URL(response.url()).pathname}: ${responseBodySize} sent, ${brotli(body)} possible`);
  }
  weight.elements = await page.evaluate(() => document.querySelectorAll('*').length);
  weight.shift = await page.evaluate(() => new Promise((done) => {
    new PerformanceObserver((list) => done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => done(0)));
  }));
  return weight;
}

/** First contentful paint in milliseconds on a poor line: 400 kbit/s, 300 ms, a processor six times slower. */
export async function firstPaint(page, url) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const rate = (400 * 1000) / 8;
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: rate, uploadThroughput: rate });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await cdp.send('Network.clearBrowserCache');
  await page.goto(url, { waitUntil: 'load' });
  const time = await page.evaluate(() => new Promise((done) => {
    const name = 'first-contentful-paint';
    new PerformanceObserver((list) => list.getEntriesByName(name).forEach((one) => done(one.startTime))).observe({ type: 'paint', buffered: true });
  }));
  await cdp.detach();
  return time;
}

/** In words, what is over the budget. */
export function over(weight, budget) {
  const found = Object.entries(budget).filter(([kind, limit]) => weight[kind] > limit).map(([kind, limit]) => `${kind}: ${weight[kind]} of ${limit}`);
  for (const kind of ['cssRaw', 'elements', 'shift']) if (weight[kind] > LIMITS[kind]) found.push(`${kind}: ${weight[kind]} of ${LIMITS[kind]}`);
  if (weight.fonts > 0) found.push(`fonts: ${weight.fonts} of 0`);
  return [...found, ...weight.uncompressed];
}
