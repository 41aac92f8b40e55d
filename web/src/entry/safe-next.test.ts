import { expect, it } from 'vitest'
import { safeNext } from './safe-next.ts'

const ORIGIN = 'https://weir.example.com'

it.each([
  ['/acme/plans?q=a#b', '/acme/plans?q=a#b'],
  ['https://weir.example.com/acme', '/acme'],
  [null, '/'],
  ['', '/'],
  ['/login', '/'],
  ['/login?next=/login', '/'],
  ['https://evil.example.com/', '/'],
  ['//evil.example.com', '/'],
  ['/\\evil.example.com', '/'],
  ['/\t/evil.example.com', '/'],
  ['\n//evil.example.com', '/'],
  ['javascript:alert(1)', '/'],
  ['data:text/html,x', '/'],
  ['http://weir.example.com/acme', '/'],
  ['//', '/'],
])('%j leads to %s', (next, path) => {
  expect(safeNext(next, ORIGIN)).toBe(`${ORIGIN}${path}`)
})

it('stays here for a path that begins with two slashes once it is resolved', () => {
  expect(new URL(safeNext('/.//evil.example.com', ORIGIN)).origin).toBe(ORIGIN)
})
