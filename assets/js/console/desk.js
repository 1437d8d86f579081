// The idle lock, printing, and one send per form.
(() => {
  const { idleMinutes, pageOf } = document.body.dataset
  const lock = document.getElementById('lock')
  if (idleMinutes && lock) {
    // All tabs share who was last here, and when: another tab's work counts, and another person's covers this page.
    const KEY = 'last-here'
    const note = () => { try { localStorage.setItem(KEY, `${pageOf} ${Date.now()}`) } catch { /* private mode */ } }
    const last = () => { try { return (localStorage.getItem(KEY) || '').split(' ') } catch { return [] } }
    let heard = Date.now()
    let covered = ''
    const cover = (why) => {
      covered = why
      for (const part of lock.querySelectorAll('[data-when]')) part.hidden = !part.dataset.when.split(' ').includes(why)
      if (lock.open) return
      document.body.classList.add('is-locked')
      lock.showModal()
    }
    const check = () => {
      const [whose, when] = last()
      if (whose && whose !== pageOf) return cover('another')
      // Whoever opened the page is signed in again.
      if (covered === 'another' && whose) return cover('locked')
      if (!covered && Date.now() - Math.max(heard, Number(when) || 0) >= idleMinutes * 60000) cover('locked')
    }
    // Looked at first: who comes back to a machine that slept, or to another person's sign-in, is no sign of life.
    const alive = () => {
      if (Date.now() - heard <= 5000) return
      check()
      if (covered) return
      heard = Date.now()
      note()
    }
    note()
    for (const name of ['keydown', 'pointerdown', 'input']) document.addEventListener(name, alive, true)
    setInterval(check, 5000)
    document.addEventListener('visibilitychange', check)
    for (const name of ['storage', 'pageshow']) addEventListener(name, check)
    // A page that asks by itself or while somebody types hears from the server why it gets nothing: that the screen has
    // locked, that a proof is wanted, that the sign-in has ended or is another person's. It stays, with what was typed.
    for (const why of ['locked', 'prove', 'ended', 'another']) document.addEventListener(why, () => cover(why))
    document.addEventListener('submit', (event) => {
      check()
      if (!covered || lock.contains(event.target)) return
      event.preventDefault()
      event.stopPropagation()
    }, true)
    lock.addEventListener('cancel', (event) => event.preventDefault())
    document.addEventListener('unlocked', () => {
      heard = Date.now()
      covered = ''
      note()
      document.body.classList.remove('is-locked')
      lock.close()
    })
  }
  // Whatever is sent says whose page it comes from. A file goes without: its form is read by another hand.
  if (pageOf) {
    document.addEventListener('formdata', ({ target, formData }) => {
      const [method, kind] = [target.getAttribute('method'), target.getAttribute('enctype')]
      if (method === 'post' && !kind) formData.append('page_of', pageOf)
    })
    document.addEventListener('htmx:config:request', ({ detail }) => { detail.ctx.request.headers['x-page-of'] = pageOf })
  }

  // What a page asked for by itself tells another place who is there now, in words: what is chosen and typed there stays.
  document.addEventListener('htmx:after:swap', () => document.querySelectorAll('[data-tells]').forEach((teller) => {
    const place = document.getElementById(teller.dataset.tells)
    if (place && place.textContent !== teller.dataset.words) place.textContent = teller.dataset.words
  }))

  // What is shown in the clear for a time goes at that time, also from a page that nobody touches. Nothing is asked of the
  // server, so no session lives longer by it, and what is being typed elsewhere on the page stays.
  const shown = document.querySelector('[data-hides-in]')
  if (shown) {
    const until = Date.now() + Number(shown.dataset.hidesIn) * 1000
    const hide = () => {
      if (Date.now() < until) return
      clearInterval(timer)
      document.querySelectorAll('[data-clear]').forEach((clear) => {
        const items = clear.querySelectorAll('dd')
        for (const item of items.length ? items : [clear]) item.textContent = '＊＊＊'
      })
      shown.hidden = true
      const over = document.querySelector('[data-hidden-since]')
      if (over) over.hidden = false
    }
    const timer = setInterval(hide, 1000)
    document.addEventListener('visibilitychange', hide)
    addEventListener('pageshow', hide)
  }

  // A sheet that is shown once: who loads it anew comes to the page it was made on. Another sheet would void the printed one.
  const once = document.querySelector('[data-shown-once]')
  if (once) history.replaceState(null, '', once.dataset.shownOnce)

  document.querySelectorAll('[data-print]').forEach((button) => button.addEventListener('click', () => print()))

  // A second click sends nothing; Back brings the page again with its buttons alive.
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    if (event.target.dataset.sent) return event.preventDefault()
    event.target.dataset.sent = 'yes'
    setTimeout(() => { delete event.target.dataset.sent }, 4000)
  })
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((f) => delete f.dataset.sent))
})();
