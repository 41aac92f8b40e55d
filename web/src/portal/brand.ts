import type { PortalSession } from '../api/types.ts'

const root = document.documentElement

/** Gives the pages the colors and corners of an organization; those of the portal where it has none. */
export function showBrand({ accents, corners }: PortalSession['brand']): void {
  if (corners === 'soft') delete root.dataset.corners
  else root.dataset.corners = corners
  if (accents === null) {
    delete root.dataset.brand
    return
  }
  root.dataset.brand = 'own'
  for (const theme of ['light', 'dark'] as const) {
    for (const [name, color] of Object.entries(accents[theme])) {
      root.style.setProperty(`--${theme}-${name.replaceAll('_', '-')}`, color)
    }
  }
}
