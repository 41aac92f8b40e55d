import { describe, expect, it } from 'vitest'
import { documentPrefix, parameterize } from './names.ts'

describe('names of organizations', () => {
  it('become codes and slugs', () => {
    expect(parameterize('Acme, Inc.')).toBe('acme-inc')
    expect(parameterize('Café Öl', '_')).toBe('cafe_ol')
    expect(parameterize('日本')).toBe('')
  })

  it('begin the numbers of documents with three letters and the end of the id', () => {
    const id = '01a20507-d4f3-7000-802a-a79662c94ab9'
    expect(documentPrefix('Hooli', id)).toBe('HOO-4AB9')
    expect(documentPrefix('My organization', id)).toBe('MYO-4AB9')
    expect(documentPrefix('Zürich AG', id)).toBe('ZÜR-4AB9')
    expect(documentPrefix('??', id)).toBe('ORG-4AB9')
  })
})
