// A line on which a page comes in drops: what is painted before the rest is there must not move when it comes.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Pieces of a page; each ends behind a tag, where a browser may stop and paint. */
const DROPS = 40;
/** Longer than a frame, so that every piece is painted. */
const APART_MS = 35;

function pieces(html) {
  const tags = html.split(/(?<=>)/);
  const each = Math.max(1, Math.ceil(tags.length / DROPS));
  const heads = tags.map((tag, n) => (n % each === 0 ? tags.slice(n, n + each).join('') : ''));
  return heads.filter((piece) => piece !== '');
}

async function forward(target, asked, answer) {
  const headers = { ...asked.headers, host: new URL(target).host, 'accept-encoding': 'identity' };
  const sent = request(target + asked.url, { method: asked.method, headers });
  asked.pipe(sent);
  const [got] = await once(sent, 'response');
  answer.writeHead(got.statusCode, { ...got.headers, connection: 'close' });
  if (!String(got.headers['content-type']).startsWith('text/html')) return got.pipe(answer);
  let html = '';
  for await (const part of got.setEncoding('utf8')) html += part;
  for (const piece of pieces(html)) {
    if (answer.destroyed) return undefined;
    answer.write(piece);
    await wait(APART_MS);
  }
  return answer.end();
}

/** Gives `scene` an address behind which `target` answers in drops. */
export async function inDrops(target, scene) {
  const server = createServer((asked, answer) => forward(target, asked, answer).catch(() => answer.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await scene(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What moved on a page after it was painted: how far, and which elements. What a style adds has no name: its place tells. */
export const moved = (page) => page.evaluate(() => new Promise((done) => {
  const name = (node) => (node?.nodeType === 1 ? `${node.nodeName.toLowerCase()}.${node.className}` : node?.parentNode?.nodeName);
  const place = ({ x, y, width, height }) => `${width}×${height} at ${x},${y}`;
  const tell = ({ node, previousRect, currentRect }) => `${name(node)} ${place(previousRect)} → ${place(currentRect)}`;
  new PerformanceObserver((list) => done(list.getEntries().map((one) => `${one.value.toFixed(4)} ${one.sources.map(tell).join(', ')}`)))
    .observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done([])));
}));
