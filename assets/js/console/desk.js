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
    const check = () => {
      const idle = Date.now() - Math.max(heard, last())
      if (idle >= minutes * 60000 && !lock.open) {
        document.body.classList.add('is-locked')
        lock.showModal()
      }
    }
    setInterval(check, 5000)
    document.addEventListener('visibilitychange', check)
    lock.addEventListener('cancel', (event) => event.preventDefault())
    document.addEventListener('unlocked', () => {
      heard = Date.now()
      seen()
      document.body.classList.remove('is-locked')
      lock.close()
    })
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
