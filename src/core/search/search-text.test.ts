import { describe, expect, it } from 'vitest'
import { readSearchText } from './search-text.ts'

describe('a text to search for', () => {
  it.each([
    ['  Acme   Inc ', 'Acme Inc', '%acme inc%', '%acme inc%'],
    ['Ac', 'Ac', '% ac%', '% ac%'],
    ['ÜBER', 'ÜBER', '%über%', '%Über%'],
    ['100%_\\', '100%_\\', '%100\\%\\_\\\\%', '%100\\%\\_\\\\%'],
    ['日本', '日本', '% 日本%', '% 日本%'],
  ])('%j is %j, with the patterns %j and %j', (text, given, words, typed) => {
    expect(readSearchText(text)).toEqual({ given, words, typed })
  })

  it('has two characters at least, and two hundred at most', () => {
    expect(readSearchText(' a ')).toBeUndefined()
    expect(readSearchText('')).toBeUndefined()
    expect(readSearchText('x'.repeat(500))?.given).toHaveLength(200)
  })
})
