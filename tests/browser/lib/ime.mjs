// Japanese input as an input method gives it: a reading that grows, then its conversion, then the commitment.

/** A typing hand for one page: `compose`, `commit`, `cancel`, `enterWhileComposing`. */
export async function inputMethod(page) {
  const cdp = await page.context().newCDPSession(page);
  const show = (text) => cdp.send('Input.imeSetComposition', {
    text, selectionStart: text.length, selectionEnd: text.length,
  });
  const key = (type) => cdp.send('Input.dispatchKeyEvent', {
    type, key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229,
  });
  return {
    /** Shows ever longer beginnings of `reading`, uncommitted. */
    async compose(reading) {
      for (let end = 1; end <= reading.length; end += 1) await show(reading.slice(0, end));
    },
    /** Shows the conversion, uncommitted: what a person sees after the space bar. */
    convert: (text) => show(text),
    /** Puts the text in for good. */
    commit: (text) => cdp.send('Input.insertText', { text }),
    cancel: () => show(''),
    /** The Enter that only closes the conversion. Browsers report it as key code 229. */
    async enterWhileComposing() {
      await key('rawKeyDown');
      await key('keyUp');
    },
    /** A whole word: reading, conversion, Enter, commitment. */
    async word(reading, text) {
      await this.compose(reading);
      await this.convert(text);
      await this.enterWhileComposing();
      await this.commit(text);
    },
    close: () => cdp.detach(),
  };
}
