/** A piece of text on a page: where its baseline begins, from the top left corner, and its width, in points. */
export type PlacedText = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly size: number
  readonly text: string
}

type Font = {
  readonly characters: ReadonlyMap<string, string>
  readonly widths: readonly number[]
}

/** The texts of each page of an uncompressed file, in the order in which they are drawn, as a reader extracts them. */
export function pdfPages(bytes: Uint8Array): PlacedText[][] {
  const file = Buffer.from(bytes).toString('latin1')
  const objects = new Map(
    [...file.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj$/gm)].map(([, id = '', body = '']) => [id, body]),
  )
  const objectAt = (body: string, key: string): string => {
    const id = new RegExp(`/${key} \\[?(\\d+) 0 R`).exec(body)?.[1]
    const found = id === undefined ? undefined : objects.get(id)
    if (found === undefined) throw new Error(`there is no ${key} in ${body.slice(0, 200)}`)
    return found
  }
  const fontOf = (id: string): Font => {
    const font = objects.get(id) ?? ''
    const [, widths = ''] = /\/W \[0 \[([^\]]*)\]/.exec(objectAt(font, 'DescendantFonts')) ?? []
    return { characters: charactersOf(objectAt(font, 'ToUnicode')), widths: widths.split(' ').map(Number) }
  }
  return [...objects.values()]
    .filter((body) => /\/Type \/Page\b/.test(body))
    .map((page) => {
      const height = Number(/\/MediaBox \[0 0 [\d.]+ ([\d.]+)\]/.exec(page)?.[1])
      const resources = objectAt(page, 'Resources')
      const fonts = new Map(
        [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', id = '']) => [name, fontOf(id)]),
      )
      return textsOf(objectAt(page, 'Contents'), fonts, height)
    })
}

/** The texts of a page, line by line from the top; what stands beside each other is set apart by a bar. */
export function pdfLines(page: readonly PlacedText[]): string[] {
  const lines = new Map<number, PlacedText[]>()
  for (const text of page) {
    const y = Math.round(text.y * 10)
    lines.set(y, [...(lines.get(y) ?? []), text])
  }
  return [...lines.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, texts]) => texts.sort((a, b) => a.x - b.x).map(({ text }) => text.trim()))
    .map((texts) => texts.filter((text) => text !== '').join(' | '))
}

/** What each glyph of a font stands for, by its four hexadecimal digits. */
function charactersOf(map: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, from = '', list = ''] of map.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    for (const [k, [, hex = '']] of [...list.matchAll(/<([0-9a-f]*)>/g)].entries()) {
      const units = (hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16))
      const glyph = (Number.parseInt(from, 16) + k).toString(16).padStart(4, '0')
      found.set(glyph, String.fromCharCode(...units))
    }
  }
  return found
}

const TEXT_OBJECT = /BT\n1 0 0 1 ([-\d.]+) ([-\d.]+) Tm\n\/(F\d+) ([\d.]+) Tf\n([\s\S]*?)ET\n/g

function textsOf(stream: string, fonts: ReadonlyMap<string, Font>, height: number): PlacedText[] {
  return [...stream.matchAll(TEXT_OBJECT)].map(([, x, y, name = '', size, shown = '']) => {
    const font = fonts.get(name)
    if (!font) throw new Error(`there is no font ${name}`)
    const { text, width } = drawnBy(shown, font)
    return {
      x: Number(x),
      y: height - Number(y),
      width: (width * Number(size)) / 1000,
      size: Number(size),
      text,
    }
  })
}

/** The text of the operators that draw it, and its width in thousandths of its size. */
function drawnBy(operators: string, { characters, widths }: Font): { text: string; width: number } {
  let text = ''
  let width = 0
  for (const [, array = ''] of operators.matchAll(/\[([^\]]*)\] TJ/g)) {
    for (const [token, hex] of array.matchAll(/<([0-9a-f]+)>|-?[\d.]+/g)) {
      if (hex === undefined) width -= Number(token)
      for (const glyph of hex?.match(/.{4}/g) ?? []) {
        text += characters.get(glyph) ?? '\ufffd'
        width += widths[Number.parseInt(glyph, 16)] ?? 0
      }
    }
  }
  return { text, width }
}
