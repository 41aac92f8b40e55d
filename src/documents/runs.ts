import { FACES, type Face, type Script, type Weight, widthIn } from './faces.ts'
import { bidi, LineBreaks } from './libraries.ts'

/** Texts of one face and direction, in the order in which they are drawn. */
export type Run = {
  readonly face: Face
  readonly text: string
  /** Whether the font turns the text around. */
  readonly isRightToLeft: boolean
  /** In thousandths of the size. */
  readonly width: number
}

/** Characters that no face has, found while runs were made. */
export type Missing = Set<number>

/** A text, or part of one, with the level of each of its UTF-16 units; null where all of it is read from the left. */
type Levelled = { readonly text: string; readonly levels: Uint8Array | null }

type Piece = { readonly face: Face; readonly level: number; text: string }

/** Letters, digits and signs of Latin script, which need neither another face nor another order. */
const PLAIN = /^[\u0020-\u024f\u2013\u2014\u2018-\u201d\u2022\u202f\u20ac]*$/
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802\ud83a\ud83b]/
const FROM_THE_RIGHT: readonly Script[] = ['hebrew', 'arabic']
/** A character of a script; brackets, spaces and most digits are of none. */
const OF_SCRIPT = /[^\p{Script=Common}\p{Script=Inherited}]/u
const WITH_MARKS = /\P{M}\p{M}*|\p{M}+/gu
/** What is not seen by itself, such as the sign after a heart that asks for its colours. */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u
const JOINS = /^[\s\p{M}\u200c\u200d]$/u
const SURROGATE_PAIRS = /[\u{10000}-\u{10ffff}]/gu
/** The library for levels takes every half of a pair for a letter of Latin; these stand for other kinds meanwhile. */
const STAND_INS: Readonly<Record<string, string>> = {
  ON: '\ufffd\ufffd',
  R: '\u05d0\u05d0',
  AL: '\u0627\u0627',
}
const REPLACEMENT = '\ufffd'

/** The runs of a line, from left to right. */
export function runsOf(text: string, weight: Weight, missing: Missing): Run[] {
  return runsIn(levelled(text), weight, missing)
}

/** A paragraph with its levels, which the lines that it is broken into keep (Unicode's bidirectional algorithm). */
function levelled(text: string): Levelled {
  if (!RIGHT_TO_LEFT.test(text)) return { text, levels: null }
  const ordered = text.replace(SURROGATE_PAIRS, (each) => STAND_INS[bidi.getBidiCharTypeName(each)] ?? each)
  return { text, levels: bidi.getEmbeddingLevels(ordered, 'ltr').levels }
}

function runsIn({ text, levels }: Levelled, weight: Weight, missing: Missing): Run[] {
  const faces = FACES[weight]
  if (!levels && PLAIN.test(text)) return text === '' ? [] : [runOf(faces.base, text, 0)]
  const mirrored = levels && bidi.getMirroredCharactersMap(text, levels)
  const pieces: Piece[] = []
  let index = 0
  for (const character of text) {
    const level = levels?.[index] ?? 0
    const mirror = mirrored?.get(index)
    index += character.length
    const last = pieces.at(-1)
    const codePoint = character.codePointAt(0) ?? 0
    const joins =
      last?.level === level && JOINS.test(character) && last.face.font.hasGlyphForCodePoint(codePoint)
    const face = joins ? last.face : faces.faceOf(codePoint)
    if (!face && UNSEEN.test(character)) continue
    if (!face) missing.add(codePoint)
    const drawn = face ? (mirror ?? character) : REPLACEMENT
    const own = face ?? faces.base
    if (last && last.face === own && last.level === level) last.text += drawn
    else pieces.push({ face: own, level, text: drawn })
  }
  return inVisualOrder(pieces).map((piece) => runOf(piece.face, piece.text, piece.level))
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

/**
 * A run of a level. A font turns around what has letters that are read from the right, and nothing else: brackets
 * between such letters are turned here, and so are numbers that it would turn.
 */
function runOf(face: Face, text: string, level: number): Run {
  const isRightToLeft = FROM_THE_RIGHT.includes(face.script) && OF_SCRIPT.test(text)
  const drawn = isRightToLeft === (level % 2 === 1) ? text : turned(text)
  return { face, text: drawn, isRightToLeft, width: runWidth(face, drawn, isRightToLeft) }
}

/** The characters from the last to the first, each followed by its marks. */
function turned(text: string): string {
  return (text.match(WITH_MARKS) ?? []).reverse().join('')
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
  return text.split('\n').flatMap((each) => {
    const paragraph = levelled(each)
    const whole = runsIn(paragraph, font.weight, missing)
    if (lineWidth(whole, font.size) <= width) return [whole]
    return brokenLines(paragraph, font, width, missing)
  })
}

function brokenLines(
  paragraph: Levelled,
  { weight, size }: { readonly weight: Weight; readonly size: number },
  width: number,
  missing: Missing,
): Run[][] {
  const { text } = paragraph
  const runsBetween = (from: number, to: number) => runsIn(trimmed(paragraph, from, to), weight, missing)
  const fits = (from: number, to: number) => lineWidth(runsBetween(from, to), size) <= width
  const lines: Run[][] = []
  let from = 0
  let to = 0
  for (const next of breaksOf(text)) {
    if (to > from && !fits(from, next)) {
      lines.push(runsBetween(from, to))
      from = to
    }
    to = next
    while (!fits(from, to)) {
      const start = from
      from += longestHead(text.slice(start, to), (length) => fits(start, start + length))
      lines.push(runsBetween(start, from))
    }
  }
  if (text.slice(from, to).trim() !== '' || lines.length === 0) lines.push(runsBetween(from, to))
  return lines
}

/** A part of a paragraph without the spaces around it. */
function trimmed({ text, levels }: Levelled, from: number, to: number): Levelled {
  const part = text.slice(from, to)
  const start = from + part.length - part.trimStart().length
  const own = part.trim()
  return { text: own, levels: levels?.subarray(start, start + own.length) ?? null }
}

/** Where a line may end, in UTF-16 units. */
function breaksOf(text: string): number[] {
  const breaker = new LineBreaks(text)
  const positions: number[] = []
  for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) positions.push(next.position)
  return positions
}

/** The length of the longest beginning that fits, found by halving; at least one character. */
function longestHead(text: string, fits: (length: number) => boolean): number {
  const characters = Array.from(text)
  const lengthOf = (count: number) => characters.slice(0, count).join('').length
  let low = 1
  let high = characters.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(lengthOf(middle))) low = middle
    else high = middle - 1
  }
  return lengthOf(low)
}
