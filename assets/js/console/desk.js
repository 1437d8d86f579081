// The idle lock, printing, and one send per form.
(() => {
  const minutes = Number(document.body.dataset.idleMinutes)
  const lock = document.getElementById('lock')
  if (minutes && lock) {
    // Another tab's work counts: all tabs share the time of the last action, and no more than that.
    const KEY = 'seen'
    const seen = () => { try { localStorage.setItem(KEY, Date.now()) } catch { /* private mode */ } }
    const last = () => { try { return Number(localStorage.getItem(KEY)) || Date.now() } catch { return Date.now() } }
    let heard = Date.now()
    const alive = () => { if (!lock.open && Date.now() - heard > 5000) { heard = Date.now(); seen() } }
    seen()
    for (const name of ['keydown', 'pointerdown', 'input']) document.addEventListener(name, alive, true)
    const cover = (why) => {
      for (const part of lock.querySelectorAll('[data-when]')) part.hidden = !part.dataset.when.split(' ').includes(why)
      if (lock.open) return
      document.body.classList.add('is-locked')
      lock.showModal()
    }
    const check = () => {
      const idle = Date.now() - Math.max(heard, last())
      if (idle >= minutes * 60000 && !lock.open) cover('locked')
    }
    setInterval(check, 5000)
    document.addEventListener('visibilitychange', check)
    // A page that asks by itself or while somebody types hears from the server why it gets nothing: that the screen has
    // locked, that a proof is wanted, that the sign-in has ended. It stays as it is, with what was typed.
    for (const why of ['locked', 'prove', 'ended']) document.addEventListener(why, () => cover(why))
    lock.addEventListener('cancel', (event) => event.preventDefault())
    document.addEventListener('unlocked', () => {
      heard = Date.now()
      seen()
      document.body.classList.remove('is-locked')
      lock.close()
    })
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
