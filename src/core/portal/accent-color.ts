/** Red, green and blue, from 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number]

/** The colors of buttons, links and marks in one theme, as `#rrggbb`. */
export type Accent = {
  readonly accent: string
  /** Under the pointer. */
  readonly accent_strong: string
  /** Text on the accent. */
  readonly on_accent: string
  /** Behind what is chosen, whose text has the accent. */
  readonly accent_soft: string
}

/** What WCAG 2.2 asks of text (1.4.3). */
export const CONTRAST_MIN = 4.5
/** Of the surfaces of the portal, those on which an accent stands out least: its light ones and its dark ones. */
const LIGHT_SURFACE = '#edf1f3'
const DARK_SURFACE = '#1c2731'
const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
const DARK: Rgb = [14, 21, 27]
/** Shades are tried in steps of a hundredth. */
const STEPS = 100

/** Whether a text is a color as `#rrggbb`. */
export function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text)
}

const rgbOf = (color: string): Rgb => {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

const textOf = (rgb: Rgb): string => `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`

/** A color of which a share of `of` has become another one. */
function mixed(of: Rgb, share: number, other: Rgb): Rgb {
  const part = (n: 0 | 1 | 2) => Math.round(of[n] + (other[n] - of[n]) * share)
  return [part(0), part(1), part(2)]
}

/** The relative luminance of WCAG 2.2, from 0 to 1. */
function luminanceOf(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The contrast of two colors, from 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [a, b] = [luminanceOf(rgbOf(one)), luminanceOf(rgbOf(other))]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** The first shade on the way from a color to black or white that stands out from a surface. */
function nearestShade(color: string, surface: string, towards: Rgb): string {
  const rgb = rgbOf(color)
  for (let step = 0; step < STEPS; step += 1) {
    const shade = textOf(mixed(rgb, step / STEPS, towards))
    if (contrastOf(shade, surface) >= CONTRAST_MIN) return shade
  }
  return textOf(towards)
}

/** The color itself if it stands out from light surfaces, and white from it; otherwise the nearest darker shade. */
export function nearestAccent(color: string): string {
  return nearestShade(color, LIGHT_SURFACE, BLACK)
}

/**
 * The colors of both themes for an accent that stands out from light surfaces. In the dark it is the nearest lighter
 * shade that stands out there.
 */
export function accentsOf(color: string): { readonly light: Accent; readonly dark: Accent } {
  const bright = nearestShade(color, DARK_SURFACE, WHITE)
  return {
    light: {
      accent: color.toLowerCase(),
      accent_strong: textOf(mixed(rgbOf(color), 0.2, BLACK)),
      on_accent: '#ffffff',
      accent_soft: nearestShade(textOf(mixed(rgbOf(color), 0.88, WHITE)), color, WHITE),
    },
    dark: {
      accent: bright,
      accent_strong: textOf(mixed(rgbOf(bright), 0.3, WHITE)),
      on_accent: '#0a1015',
      accent_soft: nearestShade(textOf(mixed(rgbOf(bright), 0.8, DARK)), bright, DARK),
    },
  }
}
