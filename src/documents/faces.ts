import { fontBytes, fontkit, type ParsedFont, type Shaped } from './libraries.ts'

export type Weight = 'regular' | 'strong'

/** A font of one script in one weight, parsed once and used in every document. */
export type Face = {
  readonly name: string
  readonly font: ParsedFont
  readonly script: Script
  /** Texts that have been shaped, which only depends on the font; pdfkit draws from them too. */
  shaped: Record<string, Shaped>
  shapedCount: number
}

export type Script = 'latin' | 'hebrew' | 'arabic' | 'han'

type Files = {
  readonly script: Script
  readonly of: string
  readonly files: Readonly<Record<Weight, string>>
}

/** In the order in which a character looks for its face. */
const FILES: readonly Files[] = [
  {
    script: 'latin',
    of: '@embedpdf/fonts-latin',
    files: { regular: 'NotoSans-Regular.ttf', strong: 'NotoSans-SemiBold.ttf' },
  },
  {
    script: 'hebrew',
    of: '@embedpdf/fonts-hebrew',
    files: { regular: 'NotoSansHebrew-Regular.ttf', strong: 'NotoSansHebrew-Bold.ttf' },
  },
  {
    script: 'arabic',
    of: '@embedpdf/fonts-arabic',
    files: { regular: 'NotoNaskhArabic-Regular.ttf', strong: 'NotoNaskhArabic-Bold.ttf' },
  },
  {
    script: 'han',
    of: '@embedpdf/fonts-tc',
    files: { regular: 'NotoSansHant-Regular.otf', strong: 'NotoSansHant-Bold.otf' },
  },
]

const REPLACEMENT = 0xfffd
const SHAPED_MAX = 20_000

/** The faces of a weight. A font is read and parsed when a text first needs it. */
export class Faces {
  private readonly weight: Weight
  private readonly loaded = new Map<Script, Face | null>()
  private readonly byCodePoint = new Map<number, Face | null>()

  constructor(weight: Weight) {
    this.weight = weight
  }

  /** The first face that has a character; null when none has. */
  faceOf(codePoint: number): Face | null {
    const known = this.byCodePoint.get(codePoint)
    if (known !== undefined) return known
    const found = this.search(codePoint)
    this.byCodePoint.set(codePoint, found)
    return found
  }

  /** The face of a script; null when its package is not installed. */
  face(script: Script): Face | null {
    const known = this.loaded.get(script)
    if (known !== undefined) return known
    const face = this.load(script)
    this.loaded.set(script, face)
    return face
  }

  /** The face of Latin letters, which is always there and has the sign for characters that no face has. */
  get base(): Face {
    const face = this.face('latin')
    if (!face?.font.hasGlyphForCodePoint(REPLACEMENT)) throw new Error('the font of Latin letters is missing')
    return face
  }

  private search(codePoint: number): Face | null {
    for (const { script } of FILES) {
      const face = this.face(script)
      if (face?.font.hasGlyphForCodePoint(codePoint)) return face
    }
    return null
  }

  private load(script: Script): Face | null {
    const files = FILES.find((each) => each.script === script)
    const bytes = files && fontBytes(files.of, files.files[this.weight])
    if (!bytes) return null
    const name = `${script}-${this.weight}`
    return {
      name,
      font: fontkit.create(bytes),
      script,
      shaped: Object.create(null),
      shapedCount: 0,
    }
  }
}

/** The faces of both weights, shared by all documents of a thread. */
export const FACES: Readonly<Record<Weight, Faces>> = {
  regular: new Faces('regular'),
  strong: new Faces('strong'),
}

/** The fonts that are not installed, of either weight: characters of their scripts are printed as U+FFFD. */
export function missingFonts(): readonly { readonly script: Script; readonly of: string }[] {
  return FILES.filter(({ of, files }) => !fontBytes(of, files.regular) || !fontBytes(of, files.strong)).map(
    ({ script, of }) => ({ script, of }),
  )
}

/** The width of a text of one face, in thousandths of the size; a text is shaped once for measuring and drawing. */
export function widthIn(face: Face, text: string): number {
  const known = face.shaped[text]
  if (known) return known.advanceWidth
  const shaped = shape(face.font, text)
  if (face.shapedCount >= SHAPED_MAX) {
    face.shaped = Object.create(null)
    face.shapedCount = 0
  }
  face.shaped[text] = shaped
  face.shapedCount += 1
  return shaped.advanceWidth
}

/** In the form that pdfkit keeps: positions in thousandths of the size, with the width of the glyph itself. */
function shape(font: ParsedFont, text: string): Shaped {
  const shaped = font.layout(text)
  const scale = 1000 / font.unitsPerEm
  for (const [index, position] of shaped.positions.entries()) {
    for (const key of Object.keys(position)) position[key] = (position[key] ?? 0) * scale
    position.advanceWidth = (shaped.glyphs[index]?.advanceWidth ?? 0) * scale
  }
  return shaped
}
