import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isPublicAddress, PrivateAddressError, publicLookup } from './public-address.ts'

describe('a public address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '[2a00:1450::5]'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['loopback', '[::1]'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['unique local', 'fd00::1'],
    ['link-local', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['unspecified', '::'],
    ['reserved', '240.0.0.1'],
    ['protocol assignments', '192.0.0.8'],
    ['benchmarking', '198.18.0.1'],
    ['documentation', '203.0.113.5'],
    ['mapped IPv4', '::ffff:127.0.0.1'],
    ['mapped IPv4, public inside', '::ffff:8.8.8.8'],
    ['compatible IPv4', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::a00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001::1'],
    ['not given out', '4000::1'],
    ['no address', 'example.com'],
    ['no address', ''],
  ])('%s (%s) is none', (_kind, address) => expect(isPublicAddress(address)).toBe(false))
})

describe('the look-up of public addresses', () => {
  const fixed =
    (...addresses: string[]): LookupFunction =>
    (_hostname, _options, callback) =>
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
  const ask = (lookup: LookupFunction, all: boolean) =>
    new Promise<unknown>((resolve, reject) => {
      publicLookup(lookup)('hooks.example.com', { all }, (error, address, family) =>
        error ? reject(error) : resolve(all ? address : [address, family]),
      )
    })

  it('gives the checked addresses, all of them or the first', async () => {
    expect(await ask(fixed('8.8.8.8', '2606:4700::1111'), true)).toHaveLength(2)
    expect(await ask(fixed('8.8.8.8', '1.1.1.1'), false)).toEqual(['8.8.8.8', 4])
  })

  it('refuses a name with one private address among public ones, and one without any', async () => {
    await expect(ask(fixed('8.8.8.8', '10.0.0.1'), true)).rejects.toBeInstanceOf(PrivateAddressError)
    await expect(ask(fixed('8.8.8.8', '::1'), false)).rejects.toBeInstanceOf(PrivateAddressError)
    await expect(ask(fixed(), true)).rejects.toBeInstanceOf(PrivateAddressError)
  })

  it('passes on why a name was not found', async () => {
    const failing: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '', 0)
    await expect(ask(failing, true)).rejects.toThrow('ENOTFOUND')
  })
})
