import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const load = createRequire(import.meta.url)

/** Where a glyph stands; in units of the font, and after scaling in thousandths of the size. */
type Position = Record<string, number>

/** A shaped text; its width is the sum of its positions. */
export type Shaped = {
  readonly glyphs: readonly { readonly advanceWidth: number; readonly codePoints: readonly number[] }[]
  readonly positions: readonly Position[]
  readonly advanceWidth: number
}

/** A parsed font of fontkit. */
export type ParsedFont = {
  readonly unitsPerEm: number
  readonly postscriptName: string
  layout(text: string, features?: readonly string[]): Shaped
  hasGlyphForCodePoint(codePoint: number): boolean
}

type Fontkit = { create(bytes: Uint8Array): ParsedFont }

type BidiLevels = { readonly levels: Uint8Array }

type Bidi = {
  getEmbeddingLevels(text: string, base: 'ltr'): BidiLevels
  getBidiCharTypeName(character: string): string
  getReorderedString(text: string, levels: BidiLevels): string
  getMirroredCharactersMap(text: string, levels: Uint8Array): ReadonlyMap<number, string>
}

type Break = { readonly position: number; readonly required: boolean }

type LineBreaker = new (text: string) => { nextBreak(): Break | null }

// These libraries come without types.
export const fontkit = load('fontkit') as Fontkit
export const bidi = (load('bidi-js') as () => Bidi)()
export const LineBreaks = load('linebreak') as LineBreaker

/** The bytes of a font of an installed package; undefined when the package is not installed. */
export function fontBytes(packageName: string, file: string): Uint8Array | undefined {
  let main: string
  try {
    main = load.resolve(packageName)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
  const full = path.join(path.dirname(main), '..', 'fonts', file)
  return existsSync(full) ? readFileSync(full) : undefined
}
