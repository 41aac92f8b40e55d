import { describe, expect, it } from 'vitest'
import { documentPrefix, isSlug, parameterize } from './names.ts'

describe('names of organizations', () => {
  it('become codes and slugs', () => {
    expect(parameterize('Acme, Inc.')).toBe('acme-inc')
    expect(parameterize('Café Öl', '_')).toBe('cafe_ol')
    expect(parameterize('日本')).toBe('')
  })

  it('are slugs when a path can begin with them', () => {
    expect(['acme', 'acme-2', '42'].every(isSlug)).toBe(true)
    const wrong = ['', 'Acme', 'a b', '-a', 'a--b', 'a/b', 'é', 'login', 'api', 'reset-password']
    expect(wrong.filter(isSlug)).toEqual([])
  })

  it('begin the numbers of documents with three letters and the end of the id', () => {
    const id = '01a20507-d4f3-7000-802a-a79662c94ab9'
    expect(documentPrefix('Hooli', id)).toBe('HOO-4AB9')
    expect(documentPrefix('My organization', id)).toBe('MYO-4AB9')
    expect(documentPrefix('Zürich AG', id)).toBe('ZÜR-4AB9')
    expect(documentPrefix('??', id)).toBe('ORG-4AB9')
  })
})
