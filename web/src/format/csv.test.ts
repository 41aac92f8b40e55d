import { describe, expect, it } from 'vitest'
import { csvField, csvLines } from './csv.ts'

describe('CSV', () => {
  it('is never computed by a spreadsheet', () => {
    const texts = ['=1+1', '+cmd', '@sum', '-x', '-3.5', 'plain']
    expect(texts.map(csvField)).toEqual(["'=1+1", "'+cmd", "'@sum", "'-x", '-3.5', 'plain'])
  })

  it('quotes what would end a field', () => {
    expect(csvLines([['a,b', 'c "d"'], ['e\nf']])).toBe('"a,b","c ""d"""\r\n"e\nf"\r\n')
  })
})
