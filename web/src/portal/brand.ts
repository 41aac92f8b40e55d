import type { PortalSession } from '../api/types.ts'

type Brand = PortalSession['brand']

const root = document.documentElement
const FAMILY = 'Weir brand'
let face: FontFace | null = null

/** Gives the pages the look of an organization; that of the portal where it has none. */
export function showBrand(brand: Brand): void {
  const { accents, corners } = brand
  showFont(brand.font_url)
  showIcon(brand.favicon_url)
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

/** Text is shown in the font of the system until the other one is there, and for as long as it cannot be read. */
function showFont(url: string | null): void {
  if (face !== null) document.fonts.delete(face)
  face = null
  root.style.removeProperty('--sans')
  if (url === null) return
  face = new FontFace(FAMILY, `url(${url})`, { display: 'swap' })
  document.fonts.add(face)
  const fallback = getComputedStyle(root).getPropertyValue('--sans')
  root.style.setProperty('--sans', `"${FAMILY}", ${fallback}`)
}

function showIcon(url: string | null): void {
  document.querySelector('link[rel="icon"]')?.setAttribute('href', url ?? 'data:,')
}
