import { describe, expect, it } from 'vitest'
import { samplePng } from '../../../test/support/document-gallery.ts'
import { sampleWoff2 } from '../../../test/support/sample-font.ts'
import { Fields } from '../input/fields.ts'
import { Problems } from '../problems.ts'
import { isWoff2, readPortalFiles } from './portal-files.ts'

const url = (type: string, bytes: Uint8Array) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
function read(input: Record<string, unknown>) {
  const problems = new Problems()
  const files = readPortalFiles(new Fields(input, problems))
  return problems.any ? problems.details() : files
}

describe('the files of a look', () => {
  it('are taken when they are what they say, and taken back by null', () => {
    const font = sampleWoff2()
    const read_ = read({
      font: url('font/woff2', font),
      favicon: url('image/png', samplePng(32, 32)),
      logo_dark: null,
    })
    expect(read_).toEqual({
      font: { contentType: 'font/woff2', base64: Buffer.from(font).toString('base64') },
      favicon: { contentType: 'image/png', base64: expect.any(String) },
      logo_dark: null,
    })
    expect(read({})).toEqual({})
  })

  const changed = (at: number, value: number) => {
    const bytes = new Uint8Array(sampleWoff2())
    bytes[at] = value
    return bytes
  }
  it.each([
    ['of another kind', url('font/ttf', sampleWoff2())],
    ['said to be a page', url('text/html', sampleWoff2())],
    ['with another mark', url('font/woff2', changed(0, 0))],
    ['of another length than it says', url('font/woff2', changed(11, 1))],
    ['that is cut off', url('font/woff2', sampleWoff2().subarray(0, -1))],
    ['that is only a head', url('font/woff2', sampleWoff2().subarray(0, 40))],
    ['that is no data URL', 'https://example.com/font.woff2'],
    ['of something else', url('font/woff2', samplePng(32, 32))],
  ])('a font %s is refused', (_what, font) => {
    expect(read({ font })).toEqual({ font: ['invalid_content_type'] })
  })

  it('a font that is too large is refused', () => {
    const large = new Uint8Array(500_001)
    large.set(sampleWoff2())
    new DataView(large.buffer).setUint32(8, large.length)
    expect(isWoff2(large)).toBe(true)
    expect(read({ font: url('font/woff2', large) })).toEqual({ font: ['invalid_size'] })
  })

  it.each([
    ['favicon', url('image/png', samplePng(32, 16)), 'invalid_size'],
    ['favicon', url('image/png', samplePng(600, 600)), 'invalid_size'],
    ['favicon', url('image/svg+xml', new TextEncoder().encode('<svg/>')), 'invalid_content_type'],
    ['logo_dark', url('image/jpeg', samplePng(32, 32)), 'invalid_content_type'],
    ['logo_dark', url('image/png', samplePng(5000, 10)), 'invalid_size'],
  ])('%s %#: %s', (kind, file, code) => {
    expect(read({ [kind]: file })).toEqual({ [kind]: [code] })
  })
})
