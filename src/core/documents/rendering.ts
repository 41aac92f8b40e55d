import type { FrozenDocument } from './frozen.ts'

/** What a document is rendered from. */
export type RenderOrder = {
  readonly frozen: FrozenDocument
  /** Told to the file's properties: which document and version it is. */
  readonly subject: string
  /** The bytes of the logo that the model names; null for none. */
  readonly logo: Uint8Array | null
}

/** A rendered file, and what could not be printed as it was. */
export type RenderedDocument = { readonly bytes: Uint8Array; readonly problems: readonly string[] }

const SEEN = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u
const NO_GLYPH = 'missing_glyph U+'

/** The problem of a character that no font has. */
export function missingGlyph(codePoint: number): string {
  return `${NO_GLYPH}${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The characters that no font had, in the order in which they were found; the code of one that nobody can see. */
export function charactersNotPrinted(problems: readonly string[]): string[] {
  return problems
    .filter((problem) => problem.startsWith(NO_GLYPH))
    .map((problem) => {
      const character = String.fromCodePoint(Number.parseInt(problem.slice(NO_GLYPH.length), 16))
      return SEEN.test(character) ? character : problem.slice(NO_GLYPH.length - 2)
    })
}

/** Renders a document; throws when it cannot. */
export type RenderDocument = (order: RenderOrder) => Promise<RenderedDocument>

/** Grows with every change of how documents look. */
export const RENDERER = '3'
