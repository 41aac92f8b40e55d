import { describe, expect, it } from 'vitest'
import { lineWidth, runsOf, wrapped } from './runs.ts'

const FONT = { weight: 'regular', size: 8.5 } as const

/** The runs of a line from left to right, as script and text. */
const shown = (text: string) =>
  runsOf(text, 'regular', new Set()).map(
    (run) => `${run.face.script}${run.isRightToLeft ? '<' : '>'}${run.text}`,
  )

const textOf = (lines: ReturnType<typeof wrapped>) =>
  lines.map((runs) => runs.map(({ text }) => text).join(''))

describe('runs', () => {
  it('set every character in the first face that has it', () => {
    expect(shown('Zażółć €')).toEqual(['latin>Zażółć €'])
    expect(shown('Ad 發票')).toEqual(['latin>Ad ', 'han>發票'])
  })

  it('stand in the order in which they are read', () => {
    expect(shown('A שלום עולם B')).toEqual(['latin>A ', 'hebrew<שלום עולם', 'latin> B'])
    // Brackets around a number between words of Hebrew are turned, and the number is not.
    expect(shown('שלום (20) עולם').join(' ')).toContain('20')
    expect(shown('١٢ شارع').filter((run) => /[١٢]/.test(run))).toEqual(['arabic>١', 'arabic>٢'])
  })

  it('have a sign where no face has the character, and name it', () => {
    const missing = new Set<number>()
    const runs = runsOf('a😀', 'regular', missing)
    expect([runs.map(({ text }) => text).join(''), [...missing]]).toEqual(['a\ufffd', [0x1f600]])
  })
})

describe('wrapped', () => {
  it('keeps every line within its width, also in a word without spaces', () => {
    const lines = wrapped('Pro'.repeat(100), FONT, 247, new Set())
    expect(lines.length).toBeGreaterThan(3)
    expect(Math.max(...lines.map((runs) => lineWidth(runs, FONT.size)))).toBeLessThanOrEqual(247)
    expect(textOf(lines).join('')).toBe('Pro'.repeat(100))
  })

  it('breaks where the language allows, and at line breaks', () => {
    const lines = textOf(wrapped('one two three four five six\nseven', FONT, 60, new Set()))
    expect(lines.join(' ')).toBe('one two three four five six seven')
    expect(lines.at(-1)).toBe('seven')
    expect(textOf(wrapped('發票號碼發票號碼發票號碼', FONT, 30, new Set())).length).toBeGreaterThan(2)
  })
})
