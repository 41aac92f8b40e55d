import { describe, expect, it } from 'vitest'
import { addressAt, isDomain, proofOf } from './portal-domain.ts'

describe('the domain of a portal', () => {
  it.each(['portal.example.com', 'a.co', 'xn--bcher-kva.example', 'a-b.c-d.example'])('can be %s', (name) => {
    expect(isDomain(name)).toBe(true)
  })

  it.each([
    '',
    'localhost',
    'portal',
    '127.0.0.1',
    '10.0.0.1.5',
    '[::1]',
    '::1',
    'portal.example.com:8080',
    'portal.example.com.',
    'https://portal.example.com',
    'portal.example.com/path',
    'user@portal.example.com',
    'PORTAL.example.com',
    'pörtal.example.com',
    '-a.example.com',
    'a-.example.com',
    'a..example.com',
    'a_b.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(130)}com`,
    'a.example.com\nevil.example',
  ])('cannot be %j', (name) => {
    expect(isDomain(name)).toBe(false)
  })

  it.each([
    ['https://app.example.com', 'https://portal.acme.example'],
    ['https://app.example.com/', 'https://portal.acme.example'],
    ['https://app.example.com/weir', 'https://portal.acme.example'],
    ['http://localhost:3000', 'http://portal.acme.example:3000'],
    ['http://[::1]:3000', 'http://portal.acme.example:3000'],
  ])('takes the place of the host of %s', (frontUrl, address) => {
    expect(addressAt(frontUrl, 'portal.acme.example')).toBe(address)
  })

  it('leaves the address of the installation as it is where there is none', () => {
    expect(addressAt('https://app.example.com/weir/', null)).toBe('https://app.example.com/weir')
  })

  it('is proven below a name of its own', () => {
    expect(proofOf('portal.acme.example', 'abc')).toEqual({
      name: '_weir-portal.portal.acme.example',
      value: 'weir-portal=abc',
    })
  })
})
