// The WebAuthn ceremonies. Chromium 109 has no parse…FromJSON, so bytes are turned here.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(plain, (c) => c.charCodeAt(0))
  }
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const ids = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }))
  const { pageOf } = document.body.dataset
  const headers = { 'content-type': 'application/json', ...(pageOf && { 'x-page-of': pageOf }) }
  const post = (path, body) => fetch(path, { method: 'POST', body: body && JSON.stringify(body), headers })

  const create = async (key) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...key,
        challenge: bytes(key.challenge),
        user: { ...key.user, id: bytes(key.user.id) },
        excludeCredentials: ids(key.excludeCredentials),
      },
    })
    const r = made.response
    return {
      attestationObject: text(r.attestationObject),
      clientDataJSON: text(r.clientDataJSON),
      transports: r.getTransports ? r.getTransports() : [],
      made,
    }
  }
  const get = async (key) => {
    const made = await navigator.credentials.get({
      publicKey: { ...key, challenge: bytes(key.challenge), allowCredentials: ids(key.allowCredentials) },
    })
    const r = made.response
    return {
      authenticatorData: text(r.authenticatorData),
      clientDataJSON: text(r.clientDataJSON),
      signature: text(r.signature),
      userHandle: r.userHandle && r.userHandle.byteLength ? text(r.userHandle) : null,
      made,
    }
  }

  const paths = (box) => {
    const enrol = box.closest('[data-enrol]')
    if (enrol) return enrol.dataset.enrol
    return box.dataset.ceremony === 'sign-in' ? '/sign-in' : '/proof'
  }
  // A download leaves the page as it is: it must not ask for a proof any more, and shows the way back.
  const sayProved = () => {
    const proved = document.getElementById('proved')
    if (!proved) return
    document.getElementById('proof').hidden = true
    proved.hidden = false
    const heading = document.querySelector('h1')
    document.title = document.title.replace(heading.textContent, proved.dataset.title)
    heading.textContent = proved.dataset.title
    proved.focus()
  }
  const done = (box) => {
    if (box.dataset.ceremony === 'unlock') return document.dispatchEvent(new Event('unlocked'))
    sayProved()
    const held = document.getElementById('held')
    if (held) return HTMLFormElement.prototype.submit.call(held)
    location.assign(box.dataset.next || '/')
  }
  // Nobody is signed in any more: the server led to the page where one signs in. In another tab, what is typed here stays.
  const ended = (box, is) => {
    const words = box.querySelector('[data-when=ended]')
    if (words) words.hidden = !is
    if (is && box.dataset.ceremony === 'unlock') document.dispatchEvent(new Event('ended'))
  }
  /** Says why an answer is none, if it is none. */
  const refuses = (box, { ok, status, redirected }, say) => {
    if (redirected) ended(box, true)
    else if (status === 429) say(box.dataset.later)
    else if (status === 409) {
      say(box.dataset.another)
      if (box.dataset.ceremony === 'unlock') document.dispatchEvent(new Event('another'))
    } else if (!ok) say(box.dataset.refused)
    return redirected || !ok
  }

  const run = async (box, button, say) => {
    if (!window.PublicKeyCredential) return say(box.dataset.unable)
    if (button.getAttribute('aria-disabled')) return
    button.setAttribute('aria-disabled', 'true')
    say('')
    ended(box, false)
    try {
      const path = paths(box)
      const asked = await post(path + '/options')
      if (refuses(box, asked, say)) return
      const { ceremony, publicKey } = await asked.json()
      const { made, ...response } = await (box.dataset.ceremony === 'enrol' ? create(publicKey) : get(publicKey))
      const credential = { id: made.id, rawId: text(made.rawId), type: made.type, extensions: {}, response }
      const label = document.getElementById('key_label')
      const answered = await post(path + '/answer', { ceremony, credential, label: label ? label.value : '' })
      if (refuses(box, answered, say)) return
      done(box)
    } catch (error) {
      if (error.name === 'InvalidStateError') say(box.dataset.known)
      else if (error instanceof TypeError) say(box.dataset.offline)
      else if (error instanceof SyntaxError) say(box.dataset.refused)
      else say(box.dataset.cancelled)
    } finally {
      button.removeAttribute('aria-disabled')
    }
  }

  document.querySelectorAll('[data-ceremony]').forEach((box) => {
    const button = box.querySelector('button')
    const status = box.querySelector('[role=status]')
    button.addEventListener('click', () => run(box, button, (words) => { status.textContent = words }))
  })
})();
