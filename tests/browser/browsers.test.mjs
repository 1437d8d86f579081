// The tools themselves: each Chromium starts, opens pages one after another, and keeps the cookies it is given.
// Needs no mizumado.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { VERSIONS, browser, closeAll } from './lib/browsers.mjs';

const EXPECTED = { 109: /^109\./, 123: /^123\./, current: /^1[3-9]\d\./ };
const servers = {};

function answer(request, response) {
  const prefix = request.socket.encrypted ? '__Host-' : '';
  response.setHeader('Set-Cookie', `${prefix}x=1; Path=/; Secure; HttpOnly; SameSite=Lax`);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="ja"><title>t</title><p id="sent">${request.headers.cookie ?? 'none'}</p>`);
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'mizumado-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...made, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}

before(async () => {
  servers.http = createServer(answer);
  servers.https = createTlsServer(certificate(), answer);
  for (const one of Object.values(servers)) await new Promise((ready) => one.listen(0, '127.0.0.1', ready));
});

after(async () => {
  await closeAll();
  for (const one of Object.values(servers)) {
    one.closeAllConnections();
    await new Promise((done) => one.close(done));
  }
});

async function cookieSentBack(running, scheme, host) {
  const context = await running.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${scheme}://${host}:${servers[scheme].address().port}/`);
  await page.reload();
  const sent = await page.textContent('#sent');
  await context.close();
  return sent;
}

for (const version of VERSIONS) {
  describe(`Chromium ${version}`, () => {
    test('is the version it is said to be', async () => {
      assert.match((await browser(version)).version(), EXPECTED[version]);
    });

    test('opens two pages in a row and draws Japanese', async () => {
      const context = await (await browser(version)).newContext();
      for (const text of ['髙﨑さんの水道料金', '口座振替']) {
        const page = await context.newPage();
        await page.setContent(`<p id="p">${text}</p>`);
        assert.equal(await page.textContent('#p'), text);
        assert.ok((await page.locator('#p').boundingBox()).width > 0);
        await page.close();
      }
      await context.close();
    });

    test('keeps a Secure cookie of plain HTTP on loopback, as in the demo', async () => {
      assert.equal(await cookieSentBack(await browser(version), 'http', '127.0.0.1'), 'x=1');
    });

    test('keeps a __Host- cookie over TLS, as in production', async () => {
      assert.equal(await cookieSentBack(await browser(version), 'https', '127.0.0.1'), '__Host-x=1');
    });
  });
}
