import { describe, expect, it } from 'vitest'
import { charactersNotPrinted, missingGlyph } from './rendering.ts'

describe('characters that no font has', () => {
  it('are named as they are, and by their code where nobody can see them', () => {
    const problems = ['tags_reduced', ...[0xe44, 0x1f600, 0x3000, 0x1d159].map(missingGlyph)]
    expect(problems.at(1)).toBe('missing_glyph U+0E44')
    expect(charactersNotPrinted(problems)).toEqual(['ไ', '😀', 'U+3000', '\u{1d159}'])
  })
})
