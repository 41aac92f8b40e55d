/** An element of a parsed document. */
export type ParsedElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly ParsedElement[]
  readonly text: string
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/** Parses XML without comments, CDATA and DTD, none of which we write; throws on anything that is not well-formed. */
export function parseXml(text: string): ParsedElement {
  type Open = { name: string; attributes: Record<string, string>; children: ParsedElement[]; text: string }
  const stack: Open[] = [{ name: '', attributes: {}, children: [], text: '' }]
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 40)}`)
    const [whole, closing, name, attributes = '', , plain] = match
    const top = stack.at(-1)
    if (!top) throw new Error(`too much after ${at}`)
    if (whole.startsWith('<?')) continue
    if (plain !== undefined) top.text += unescaped(plain)
    else if (closing) {
      const done = stack.pop()
      if (!done || done.name !== name) throw new Error(`${name} closes ${done?.name}`)
      stack.at(-1)?.children.push(done)
    } else stack.push({ name: name ?? '', attributes: attributesOf(attributes), children: [], text: '' })
  }
  const [root] = stack[0]?.children ?? []
  if (stack.length !== 1 || !root || stack[0]?.children.length !== 1) throw new Error('not one whole element')
  return root
}

/** The texts of all elements at a path of names without prefixes: `Invoice/TaxTotal/TaxAmount`. */
export function textsAt(root: ParsedElement, path: string): string[] {
  return elementsAt(root, path).map(({ text }) => text)
}

/** The elements at such a path. */
export function elementsAt(root: ParsedElement, path: string): ParsedElement[] {
  const [first, ...rest] = path.split('/')
  let found = localName(root) === first ? [root] : []
  for (const step of rest)
    found = found.flatMap(({ children }) => children.filter((c) => localName(c) === step))
  return found
}

function localName({ name }: ParsedElement): string {
  return name.replace(/^.*:/, '')
}

function attributesOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, key = '', value = '']) => [key, unescaped(value)]))
}

function unescaped(text: string): string {
  return text.replace(/&(\w*;?)/g, (whole, name: string) => {
    const entity = ENTITIES[name.replace(';', '')]
    if (entity === undefined || !name.endsWith(';')) throw new Error(`bare ampersand: ${whole}`)
    return entity
  })
}
