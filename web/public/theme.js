// Runs before the first paint, so that nobody sees the other theme flash.
;(() => {
  const root = document.documentElement
  try {
    const theme = localStorage.getItem('weir-theme')
    const density = localStorage.getItem('weir-density')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    if (density === 'comfortable' || density === 'dense') root.dataset.density = density
  } catch {
    root.dataset.storage = 'none' // Storage is blocked: the system's theme applies.
  }
})()
