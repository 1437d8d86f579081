// What a person does at the console, with Chromium's virtual authenticator as the key.

/** The credentials of everybody who has enrolled in this process, by the name on the invitation. */
const keys = new Map();
let uses = 1000;

/** A key with a PIN or a finger that always says yes. */
export async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    add: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
  };
}

export const h1 = (page) => page.locator('h1').innerText();
export const press = (page, name) => page.getByRole('button', { name }).first().click();

/** Opens an invitation, enrols a key, and stands on the own page. */
export async function enrol(page, url, label = '試験のキー') {
  await page.goto(url);
  await page.getByLabel('キーの名前').fill(label);
  await press(page, 'このキーを登録する');
  await page.waitForURL((there) => there.pathname === '/account');
}

/** Enrols a person by an invitation, with codes as the second way in, and keeps the key for later. */
export async function join(page, app, name, url) {
  const key = await authenticator(page);
  await enrol(page, url);
  await press(page, 'リカバリーコードを作る');
  // On a busy machine the page of the codes is still on its way.
  await page.locator('.codes .mono').first().waitFor();
  const codes = await page.locator('.codes .mono').allInnerTexts();
  keys.set(name, { credential: (await key.credentials())[0], codes });
  await page.goto(`${app.console}/`);
  return key;
}

/** The key of somebody who enrolled in this process: each tab must count on where the last one stopped. */
export async function take(page, name) {
  const key = await authenticator(page);
  uses += 1000;
  await key.add({ ...keys.get(name).credential, signCount: uses });
  return key;
}

/** Signs a person of the demo in: at first by the invitation, later, in another browser, by the same key. */
export async function signIn(page, app, name) {
  if (!keys.has(name)) return join(page, app, name, app.invitations.find((one) => one.who.includes(name)).url);
  const key = await take(page, name);
  await page.goto(`${app.console}/sign-in`);
  await press(page, /ログイン$/);
  await page.waitForURL(`${app.console}/`);
  return key;
}

export const codesOf = (name) => keys.get(name).codes;
