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

/** Renders a document; throws when it cannot. */
export type RenderDocument = (order: RenderOrder) => Promise<RenderedDocument>

/** Grows with every change of how documents look. */
export const RENDERER = '3'
