import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')

/** The colours of a theme by name; the dark ones lie over the light ones. */
function colours(selector: string): ReadonlyMap<string, string> {
  const [, block = ''] = css.split(`${selector} {`)
  const body = block.slice(0, block.indexOf('}'))
  return new Map(
    [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  )
}

const light = colours(':root')
const THEMES = [
  ['light', light],
  ['dark', new Map([...light, ...colours(':root[data-theme="dark"]')])],
] as const

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

const STATES = ['danger', 'warning', 'success', 'info'] as const

/** What is written on what, and how far it must stand out. */
const PAIRS: readonly (readonly [front: string, back: string, least: number])[] = [
  ['text', 'surface', 7],
  ['text', 'bg', 7],
  ['text-muted', 'surface', 4.5],
  ['text-muted', 'bg', 4.5],
  ['text-subtle', 'surface', 4.5],
  ['text-subtle', 'surface-sunken', 4.5],
  ['border-control', 'surface', 3],
  ['accent', 'surface', 4.5],
  ['accent', 'bg', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['accent-strong', 'surface', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['focus', 'surface', 3],
  ['focus', 'bg', 3],
  ...STATES.flatMap(
    (state) =>
      [
        [state, 'surface', 4.5],
        [state, `${state}-soft`, 4.5],
      ] as const,
  ),
  ...Array.from({ length: 8 }, (_, n) => [`chart-${n + 1}`, 'surface', 5] as const),
]

describe.each(THEMES)('the colours of the %s theme', (_, tokens) => {
  it.each(PAIRS)('%s on %s stand out at least %d to 1', (front, back, least) => {
    const [one, other] = [tokens.get(front), tokens.get(back)]
    if (!one || !other) throw new Error(`${front} or ${back} is no colour`)
    expect(contrast(one, other)).toBeGreaterThanOrEqual(least)
  })
})

it('knows the contrast of black and white', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
})
