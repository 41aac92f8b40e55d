import { existsSync } from 'node:fs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * How it is started. Without these features, each window has no second renderer for suggestions under its address, which
 * nobody sees.
 */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
]

/** The distribution's Chromium; null when there is none. */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '')
  const paths = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`))
  return paths.find((path) => existsSync(path)) ?? null
}
