import { describe, expect, it } from 'vitest'
import { Fields } from '../input/fields.ts'
import { Problems } from '../problems.ts'
import { embeddingOriginOf, readEmbeddingOrigins } from './embedding-origins.ts'

const read = (value: unknown) => {
  const problems = new Problems()
  const origins = readEmbeddingOrigins(new Fields({ embedding_origins: value }, problems))
  return { origins, refused: problems.details().embedding_origins }
}
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `https://app${n}.example.com`)

describe('an origin that may embed the portal', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    [' HTTPS://App.Example.COM ', 'https://app.example.com'],
    ['https://app.example.com:8443', 'https://app.example.com:8443'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['https://intranet', 'https://intranet'],
    ['https://192.0.2.7', 'https://192.0.2.7'],
    ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['https://localhost:3000', 'https://localhost:3000'],
    ['http://localhost', 'http://localhost'],
    ['http://localhost:80', 'http://localhost'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://127.0.0.1:443', 'http://127.0.0.1:443'],
    ['http://[::1]:65535', 'http://[::1]:65535'],
  ])('can be %j', (text, origin) => {
    expect(embeddingOriginOf(text)).toBe(origin)
  })

  it.each([
    '',
    '*',
    'https:',
    'https://',
    'https://*',
    'https://*.example.com',
    'https://app.*',
    'https://app.example.com:*',
    "'self'",
    "'none'",
    'app.example.com',
    '//app.example.com',
    'http://app.example.com',
    'http://localhost.example.com',
    'http://127.0.0.2',
    'http://[::2]',
    'ftp://app.example.com',
    'data:text/html,x',
    'null',
    'https://app.example.com/',
    'https://app.example.com/portal',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://user@app.example.com',
    'https://app.example.com:',
    'https://app.example.com:0',
    'https://app.example.com:080',
    'https://app.example.com:65536',
    'https://app.example.com:123456',
    'https://app.example.com.',
    'https://app..example.com',
    'https://-app.example.com',
    'https://app_1.example.com',
    'https://bücher.example',
    `https://${'a'.repeat(64)}.example.com`,
    `https://${'a.'.repeat(127)}com`,
    'https://[2001:db8::1]',
    'https://a.example https://b.example',
    'https://a.example;script-src *',
    'https://a.example,https://b.example',
    'https://a.example\nhttps://b.example',
    'https://a.example\u0000',
    'https://a.example\u2028;x',
  ])('cannot be %j', (text) => {
    expect(embeddingOriginOf(text)).toBeUndefined()
  })
})

describe('the origins that may embed the portal', () => {
  it('are left alone when they are not sent, and taken back by null and an empty list', () => {
    expect(readEmbeddingOrigins(new Fields({}, new Problems()))).toBeUndefined()
    expect(read(null)).toEqual({ origins: [], refused: undefined })
    expect(read([])).toEqual({ origins: [], refused: undefined })
  })

  it('are each there once, in the order in which they were sent', () => {
    const sent = ['https://b.example', 'https://A.example:443', 'https://a.example', 'https://b.example ']
    expect(read(sent).origins).toEqual(['https://b.example', 'https://a.example'])
  })

  it('are twenty at most, of which one is not counted twice', () => {
    expect(read([...numbered(20), 'HTTPS://app0.example.com']).origins).toEqual(numbered(20))
    expect(read(numbered(21))).toEqual({ origins: undefined, refused: ['invalid_count'] })
  })

  it.each([
    ['https://app.example.com'],
    [7],
    [{}],
    [[{}]],
    [[null]],
    [['https://a.example', 'https://*.example']],
    [['']],
  ])('are refused as a whole: %j', (value) => {
    expect(read(value)).toEqual({ origins: undefined, refused: ['value_is_invalid'] })
  })
})
