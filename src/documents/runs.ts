import { FACES, type Face, type Weight, widthIn } from './faces.ts'
import { bidi, LineBreaks } from './libraries.ts'

/** Texts of one face and direction, in the order in which they are drawn. */
export type Run = {
  readonly face: Face
  readonly text: string
  readonly isRightToLeft: boolean
  /** In thousandths of the size. */
  readonly width: number
}

/** Characters that no face has, found while runs were made. */
export type Missing = Set<number>

/** Letters, digits and signs of Latin script, which need neither another face nor another order. */
const PLAIN = /^[\u0020-\u024f\u2013\u2014\u2018-\u201d\u2022\u202f\u20ac]*$/
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802\ud83a\ud83b]/
const JOINS = /^[\s\p{M}\u200c\u200d]$/u
const REPLACEMENT = '\ufffd'

/** The runs of a line, from left to right. */
export function runsOf(text: string, weight: Weight, missing: Missing): Run[] {
  const faces = FACES[weight]
  if (PLAIN.test(text)) return text === '' ? [] : [runOf(faces.base, text, false)]
  const levels = RIGHT_TO_LEFT.test(text) ? bidi.getEmbeddingLevels(text, 'ltr') : null
  const mirrored = levels && bidi.getMirroredCharactersMap(text, levels.levels)
  const pieces: { face: Face; level: number; text: string }[] = []
  let index = 0
  for (const character of text) {
    const level = levels?.levels[index] ?? 0
    const last = pieces.at(-1)
    const codePoint = character.codePointAt(0) ?? 0
    const joins =
      last?.level === level && JOINS.test(character) && last.face.font.hasGlyphForCodePoint(codePoint)
    const face = joins ? last.face : faces.faceOf(codePoint)
    if (!face) missing.add(codePoint)
    const drawn = face ? (mirrored?.get(index) ?? character) : REPLACEMENT
    const own = face ?? faces.base
    // The font would turn Arabic digits around, although a number reads from the left.
    const isDigit = level % 2 === 0 && RIGHT_TO_LEFT.test(character)
    if (last && last.face === own && last.level === level && !isDigit) last.text += drawn
    else pieces.push({ face: own, level, text: drawn })
    index += character.length
  }
  return inVisualOrder(pieces).map((piece) => runOf(piece.face, piece.text, piece.level % 2 === 1))
}

/** Turns around every stretch of pieces at or above each level, from the highest (rule L2 of the algorithm). */
function inVisualOrder<T extends { readonly level: number }>(pieces: readonly T[]): T[] {
  const ordered = [...pieces]
  const highest = Math.max(0, ...ordered.map(({ level }) => level))
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < ordered.length; from += 1) {
      if ((ordered[from]?.level ?? 0) < level) continue
      let to = from
      while (to < ordered.length && (ordered[to]?.level ?? 0) >= level) to += 1
      ordered.splice(from, to - from, ...ordered.slice(from, to).reverse())
      from = to
    }
  }
  return ordered
}

function runOf(face: Face, text: string, isRightToLeft: boolean): Run {
  return { face, text, isRightToLeft, width: runWidth(face, text, isRightToLeft) }
}

/** Measured as it is drawn: word by word, and a right-to-left run as a whole. */
function runWidth(face: Face, text: string, isRightToLeft: boolean): number {
  if (isRightToLeft) return widthIn(face, text)
  let width = 0
  for (const word of text.split(/(?<=[ \t])/)) width += widthIn(face, word)
  return width
}

/** The width of a line, in points. */
export function lineWidth(runs: readonly Run[], size: number): number {
  return (runs.reduce((sum, run) => sum + run.width, 0) * size) / 1000
}

/**
 * Breaks a text into lines that fit a width: at its own line breaks, then where its language allows, and inside a word
 * that is too wide by itself.
 *
 * @param width in points
 */
export function wrapped(
  text: string,
  font: { readonly weight: Weight; readonly size: number },
  width: number,
  missing: Missing,
): Run[][] {
  return text.split('\n').flatMap((paragraph) => {
    const whole = runsOf(paragraph, font.weight, missing)
    if (lineWidth(whole, font.size) <= width) return [whole]
    return brokenLines(paragraph, font, width, missing)
  })
}

function brokenLines(
  text: string,
  { weight, size }: { readonly weight: Weight; readonly size: number },
  width: number,
  missing: Missing,
): Run[][] {
  const fits = (part: string) => lineWidth(runsOf(part.trimEnd(), weight, missing), size) <= width
  const lines: string[] = []
  let line = ''
  for (const part of partsOf(text)) {
    if (line !== '' && !fits(line + part)) {
      lines.push(line)
      line = ''
    }
    line += part
    while (!fits(line)) {
      const head = longestHead(line, fits)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line)
  return lines.map((each) => runsOf(each.trim(), weight, missing))
}

function partsOf(text: string): string[] {
  const breaker = new LineBreaks(text)
  const parts: string[] = []
  let from = 0
  for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) {
    parts.push(text.slice(from, next.position))
    from = next.position
  }
  return parts
}

/** The longest beginning that fits, found by halving; at least one character. */
function longestHead(text: string, fits: (part: string) => boolean): string {
  const characters = Array.from(text)
  let low = 1
  let high = characters.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(characters.slice(0, middle).join(''))) low = middle
    else high = middle - 1
  }
  return characters.slice(0, low).join('')
}
