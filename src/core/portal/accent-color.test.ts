import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accentsOf, CONTRAST_MIN, contrastOf, isColor, nearestAccent } from './accent-color.ts'

const color = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((rgb) => `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`)
const LIGHT = ['#ffffff', '#f7f9fa', '#edf1f3']
const DARK = ['#0e151b', '#151e26', '#1c2731', '#0a1015']

describe('colors', () => {
  it.each([
    ['#0B6e74', true],
    ['0b6e74', false],
    ['#0b6', false],
    ['#0b6e7g', false],
    ['#0b6e74; color: red', false],
  ])('%s', (text, expected) => {
    expect(isColor(text)).toBe(expected)
  })

  it('have the contrast that WCAG defines', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21)
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.478, 3)
    expect(contrastOf('#ffffff', '#ffffff')).toBe(1)
  })
})

describe('the nearest accent', () => {
  it('is the color itself where it can be read, and a darker shade of it otherwise', () => {
    expect(nearestAccent('#0b6e74')).toBe('#0b6e74')
    expect(nearestAccent('#ff6600')).toBe('#ba4a00')
    expect(nearestAccent('#ffffff')).toBe('#6b6b6b')
  })

  it('can be read on every surface, in both themes, with its own text on it', () => {
    fc.assert(
      fc.property(color, (given) => {
        const { light, dark } = accentsOf(nearestAccent(given))
        const pairs = [
          ...LIGHT.flatMap((surface) => [light.accent, light.accent_strong].map((one) => [one, surface])),
          ...DARK.flatMap((surface) => [dark.accent, dark.accent_strong].map((one) => [one, surface])),
          [light.on_accent, light.accent],
          [light.on_accent, light.accent_strong],
          [dark.on_accent, dark.accent],
          [dark.on_accent, dark.accent_strong],
          [light.accent, light.accent_soft],
          [dark.accent, dark.accent_soft],
        ]
        for (const [one = '', other = ''] of pairs) {
          expect(contrastOf(one, other)).toBeGreaterThanOrEqual(CONTRAST_MIN)
        }
      }),
    )
  })

  it('keeps text readable on what is chosen', () => {
    fc.assert(
      fc.property(color, (given) => {
        const { light, dark } = accentsOf(nearestAccent(given))
        expect(contrastOf(light.accent_soft, '#14202b')).toBeGreaterThanOrEqual(CONTRAST_MIN)
        expect(contrastOf(dark.accent_soft, '#e8eef2')).toBeGreaterThanOrEqual(CONTRAST_MIN)
      }),
    )
  })
})
