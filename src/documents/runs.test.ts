import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bidi } from './libraries.ts'
import { lineWidth, type Run, runsOf, wrapped } from './runs.ts'

const FONT = { weight: 'regular', size: 8.5 } as const

/** The runs of a line from left to right, as script and text. */
const shown = (text: string) =>
  runsOf(text, 'regular', new Set()).map(
    (run) => `${run.face.script}${run.isRightToLeft ? '<' : '>'}${run.text}`,
  )

/** As in Unicode's own examples, capitals stand for the letters of a script that is read from the right. */
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const HEBREW = Array.from('אבגדהוזחטיכלמנסעפצקרשתךםןף')
const ARABIC = Array.from('بتثجحخدذرزسشصضطظعغفقكمنهوي')

/** What is seen from left to right: the characters of the glyphs, as the fonts order them. */
function seen(text: string, letters = HEBREW): string {
  const written = text.replace(/[A-Z]/g, (capital) => letters[CAPITALS.indexOf(capital)] ?? capital)
  return glyphsOf(runsOf(written, 'regular', new Set())).replace(
    /[\u0590-\u06ff]/g,
    (letter) => CAPITALS[letters.indexOf(letter)] ?? letter,
  )
}

function glyphsOf(runs: readonly Run[]): string {
  return runs
    .flatMap(({ face, text }) => face.font.layout(text).glyphs)
    .map(({ codePoints }) => String.fromCodePoint(...codePoints))
    .join('')
}

const textOf = (lines: ReturnType<typeof wrapped>) =>
  lines.map((runs) => runs.map(({ text }) => text).join(''))

describe('runs', () => {
  it('set every character in the first face that has it', () => {
    expect(shown('Zażółć €')).toEqual(['latin>Zażółć €'])
    expect(shown('Ad 發票')).toEqual(['latin>Ad ', 'han>發票'])
  })

  it('stand in the order in which they are read', () => {
    expect(shown('A שלום עולם B')).toEqual(['latin>A ', 'hebrew<שלום עולם', 'latin> B'])
    // The font turns these digits around once more.
    expect(shown('١٢ شارع').at(-1)).toBe('arabic<٢١')
  })

  it('have a sign where no face has the character, and name it', () => {
    const missing = new Set<number>()
    const runs = runsOf('a😀', 'regular', missing)
    expect([runs.map(({ text }) => text).join(''), [...missing]]).toEqual(['a\ufffd', [0x1f600]])
    // A heart, with what asks for its colours.
    expect(runsOf('\u2764\ufe0f', 'regular', missing).map(({ text }) => text)).toEqual(['\ufffd'])
    expect([...missing]).toEqual([0x1f600, 0x2764])
  })
})

describe('a line with letters that are read from the right', () => {
  it('shows brackets, signs and words of Latin as Unicode orders them', () => {
    for (const letters of [HEBREW, ARABIC]) {
      for (const [text, wanted] of [
        ['SERVICE (JANUARY)', '(YRAUNAJ) ECIVRES'],
        ['HELLO (20) WORLD', 'DLROW (20) OLLEH'],
        ['ROOM ((A [B]) {C}) END', 'DNE ({C} ([B] A)) MOOR'],
        ['DAY/NIGHT... (A), B', 'B ,(A) ...THGIN/YAD'],
        ['ROOM – «A» / B', 'B / «A» – MOOR'],
        ['DAY 1/2/2026 (3)', '(3) 1/2/2026 YAD'],
        ['SERVICE - api (pro) - MONTH', 'ECIVRES - api (pro) - HTNOM'],
        ['pro (SERVICE) 20', 'pro (ECIVRES) 20'],
        ['pro (SERVICE, [A]) max', 'pro ([A] ,ECIVRES) max'],
      ]) {
        expect([text, seen(text ?? '', letters)]).toEqual([text, wanted])
      }
    }
  })

  it('keeps a sign with the number of Hebrew, and beside the number of Arabic', () => {
    expect(seen('SERVICE 50% (JANUARY)', HEBREW)).toBe('(YRAUNAJ) 50% ECIVRES')
    expect(seen('SERVICE 50% (JANUARY)', ARABIC)).toBe('(YRAUNAJ) %50 ECIVRES')
    expect(seen('A: 5%, $12', HEBREW)).toBe('$12 ,5% :A')
    expect(seen('A: ١٢٫٥٪ (B)', ARABIC)).toBe('(B) ٪١٢٫٥ :A')
    expect(seen('A؟؛ (١٢)، B', ARABIC)).toBe('B ،(١٢) ؛؟A')
  })

  it('keeps marks on the characters that they are written after', () => {
    expect(glyphsOf(runsOf('א *\u0301-ב', 'regular', new Set()))).toBe('ב-*\u0301 א')
  })

  it('has the order of the algorithm, whatever is mixed', () => {
    const characters = fc.constantFrom(...'אבגمحד١٢۳۴٪؟؛،﴾﴿₪ 12ab%-/.,:()[]{}«»<>$€"', ' (', ') ', '🙂')
    const texts = fc.array(characters, { minLength: 1, maxLength: 14 }).map((parts) => `${parts.join('')}.`)
    const checked = fc.property(texts, (text) => {
      const shown = text.replaceAll('🙂', '\ufffd')
      const wanted = bidi.getReorderedString(shown, bidi.getEmbeddingLevels(shown, 'ltr'))
      expect(glyphsOf(runsOf(text, 'regular', new Set()))).toBe(wanted)
    })
    fc.assert(checked, { numRuns: 500 })
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

  it('gives a number the place that it has in its paragraph, also where a line begins with it', () => {
    const lines = wrapped(`${'שלום '.repeat(3)}50% (שלום)`, FONT, 64, new Set())
    expect(lines.map(glyphsOf)).toEqual(['םולש םולש םולש', '(םולש) 50%'])
  })
})
