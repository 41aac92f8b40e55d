let isPressed = false

if (typeof document !== 'undefined') {
  document.addEventListener('mousedown', () => (isPressed = true), true)
  for (const end of ['mouseup', 'dragend']) document.addEventListener(end, () => (isPressed = false), true)
}

/**
 * Runs what may move the page, at once or after the press of the mouse or finger that is under way: whoever leaves a
 * field by pressing a button would not click it if a message appeared under the field and moved the button meanwhile.
 */
export function afterPress(run: () => void): void {
  if (!isPressed) {
    run()
    return
  }
  const ends = new AbortController()
  const ended = () => {
    ends.abort()
    // The click comes after this event, in the same task.
    setTimeout(run)
  }
  for (const end of ['mouseup', 'dragend']) {
    document.addEventListener(end, ended, { capture: true, signal: ends.signal })
  }
}
