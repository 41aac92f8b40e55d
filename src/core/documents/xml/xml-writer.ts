import { printedLine, printedLines } from '../plain-text.ts'

/** An element with its text or its children, in the order in which they are written. */
export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly content: string | readonly XmlElement[]
}

type Attributes = Readonly<Record<string, string | null>>

/** An element of a text in one line; null, which writes nothing, for an empty text. Attributes that are null are left out. */
export function leaf(name: string, text: string | null, attributes: Attributes = {}): XmlElement | null {
  return filled(name, printedLine(text ?? ''), attributes)
}

/** The same for a text that may be long and keeps its line breaks. */
export function prose(name: string, text: string | null): XmlElement | null {
  return filled(name, printedLines(text ?? ''), {})
}

/** An element of elements; null when none of them is left. */
export function branch(
  name: string,
  children: readonly (XmlElement | null)[],
  attributes: Attributes = {},
): XmlElement | null {
  const content = children.filter((child) => child !== null)
  return content.length === 0 ? null : { name, attributes: present(attributes), content }
}

/** A whole document in UTF-8 with its declaration, indented by two spaces: the same tree gives the same text. */
export function xmlText(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines(root, '')}`
}

function filled(name: string, text: string, attributes: Attributes): XmlElement | null {
  const content = text.trim()
  return content === '' ? null : { name, attributes: present(attributes), content }
}

function lines({ name, attributes, content }: XmlElement, indent: string): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const open = `${indent}<${name}${given.join('')}>`
  if (typeof content === 'string') return `${open}${escaped(content)}</${name}>\n`
  return `${open}\n${content.map((child) => lines(child, `${indent}  `)).join('')}${indent}</${name}>\n`
}

/** The one place in which a text becomes XML; what XML forbids altogether is gone from it already. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

function present(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}
