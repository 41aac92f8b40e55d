import { describe, expect, it } from 'vitest'
import { storable } from './storable.ts'

describe('a value as the database can keep it', () => {
  it.each([
    ['a\u0000b', 'a\ufffdb'],
    ['a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['whole 😀', 'whole 😀'],
    [{ 'k\u0000': ['\ud800', 1, null, true] }, { 'k\ufffd': ['\ufffd', 1, null, true] }],
  ])('%j is %j', (value, kept) => {
    expect(storable(value)).toEqual(kept)
  })

  it('leaves bytes, dates and amounts as they are', () => {
    const value = { bytes: new Uint8Array([0]), at: new Date(0), cents: 5n }
    expect(storable(value)).toEqual(value)
  })

  it('leaves out what is nested too deep, however deep', () => {
    let value: unknown = 'deep'
    for (let n = 0; n < 100_000; n += 1) value = n % 2 === 0 ? { value } : [value]
    const kept = JSON.stringify(storable(value))
    expect(kept).not.toContain('deep')
    expect(kept.length).toBeLessThan(2000)
  })

  it('keeps what is as deep as a provider nests', () => {
    let value: unknown = 'deep'
    for (let n = 0; n < 99; n += 1) value = { value }
    expect(storable(value)).toEqual(value)
  })
})
